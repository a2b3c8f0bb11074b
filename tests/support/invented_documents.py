"""Short invented documents of many kinds and languages, none like those of the samples: the
category that a person would choose, the language, the date of the document, and the text."""

from __future__ import annotations

Document = tuple[str, str, str, str]

DOCUMENTS: tuple[Document, ...] = (
    (
        "medical",
        "en",
        "2026-08-14",
        "Lakeside Regional Medical Center\n"
        "Department of Nephrology\n"
        "410 Harbor Blvd, Erie, PA 16501\n"
        "August 14, 2026\n"
        "RE: Patient Amina Farouk, DOB 02/11/1988\n"
        "To Whom It May Concern:\n"
        "Ms. Farouk has been under my care since 2023 for stage 4 chronic kidney "
        "disease. Without dialysis her prognosis is poor.\n"
        "Sincerely,\n"
        "Jonah Fields, MD",
    ),
    (
        "medical",
        "es",
        "2026-05-09",
        "Hospital General de Tegucigalpa\n"
        "HOJA DE EGRESO\n"
        "Nombre del paciente: Carlos M.\n"
        "Fecha de ingreso: 02/05/2026 Fecha de egreso: 09/05/2026\n"
        "Diagnóstico: neumonía bilateral\n"
        "Tratamiento: antibióticos intravenosos\n"
        "Dr. Luis Paz",
    ),
    (
        "medical",
        "en",
        "",
        "QUEST LABORATORY REPORT\n"
        "Patient: Doe, Jane  Specimen collected: 07/09/2026\n"
        "Test Result Reference Range\n"
        "Hemoglobin 9.1 g/dL 12.0-15.5\n"
        "Creatinine 3.9 mg/dL 0.6-1.1",
    ),
    (
        "medical-acceptance",
        "en",
        "2026-07-02",
        "Northgate Children's Hospital\n"
        "International Patient Services\n"
        "88 Elm St, Denver, CO 80218\n"
        "July 2, 2026\n"
        "Dear Mr. Okafor:\n"
        "We are pleased to confirm that Chidi Okafor has been accepted for cardiac "
        "surgery at our hospital. Admission is scheduled for September 8, 2026 with "
        "Dr. Lee as attending surgeon.\n"
        "Regards,",
    ),
    (
        "medical-cost",
        "en",
        "2026-07-10",
        "Northgate Children's Hospital\n"
        "Financial Counseling\n"
        "Good Faith Estimate\n"
        "Patient: Chidi Okafor\n"
        "Procedure: ventricular septal defect repair\n"
        "Facility charges $61,000\n"
        "Surgeon fees $14,200\n"
        "Total estimated charges $75,200\n"
        "Date of estimate: July 10, 2026",
    ),
    (
        "identity",
        "es",
        "2021-06-10",
        "REPÚBLICA DE HONDURAS\n"
        "REGISTRO NACIONAL DE LAS PERSONAS\n"
        "DOCUMENTO NACIONAL DE IDENTIFICACIÓN\n"
        "Nombre: CARLOS MEJIA\n"
        "Fecha de nacimiento 03/04/1990\n"
        "Fecha de emisión 10/06/2021",
    ),
    (
        "identity",
        "uk",
        "2019-03-12",
        "УКРАЇНА\n"
        "ПАСПОРТ ГРОМАДЯНИНА УКРАЇНИ\n"
        "Прізвище Коваль\n"
        "Дата народження 01.02.1980\n"
        "Дата видачі 12.03.2019",
    ),
    (
        "status",
        "en",
        "",
        "UNITED STATES OF AMERICA\n"
        "PERMANENT RESIDENT\n"
        "Surname DIAZ Given Name ROSA\n"
        "USCIS# 000-111-222 Category IR1\n"
        "Country of Birth Peru\n"
        "Card Expires: 04/05/33 Resident Since: 04/05/23",
    ),
    (
        "status",
        "en",
        "",
        "EMPLOYMENT AUTHORIZATION CARD\n"
        "UNITED STATES OF AMERICA\n"
        "Surname DIAZ\n"
        "Category C08\n"
        "Card Expires 01/01/2029\n"
        "NOT VALID FOR REENTRY TO U.S.",
    ),
    (
        "status",
        "en",
        "",
        "Department of Homeland Security\n"
        "Certificate of Citizenship\n"
        "No. AA 123\n"
        "Be it known that Peter Novak, having applied, is a citizen of the United "
        "States of America",
    ),
    (
        "relationship",
        "fr",
        "2019-06-14",
        "REPUBLIQUE DU CAMEROUN\n"
        "Acte de mariage\n"
        "Entre Paul Mbarga et Marie Ngo\n"
        "les époux ont déclaré\n"
        "Fait à Douala, le 14 juin 2019\n"
        "L'officier d'état civil",
    ),
    (
        "relationship",
        "ht",
        "",
        "REPIBLIK DAYITI\nAk Nesans\nNon: Jean Pierre\nPapa: Louis\nManman: Rose",
    ),
    (
        "relationship",
        "en",
        "2020-05-06",
        "State of Kansas\n"
        "Decree of Adoption\n"
        "In the matter of the adoption of M.J.\n"
        "The child shall be known as Mary Jones\n"
        "Dated May 6, 2020\n"
        "District Judge",
    ),
    (
        "custody",
        "en",
        "2024-03-09",
        "IN THE FAMILY COURT OF FRANKLIN COUNTY\n"
        "Order Granting Sole Custody\n"
        "It is ordered that the mother shall have sole legal custody of the minor "
        "child. The father's visitation is suspended.\n"
        "Entered: March 9, 2024\n"
        "Judge R. Hale",
    ),
    (
        "custody",
        "es",
        "2023-10-12",
        "JUZGADO SEGUNDO DE FAMILIA\n"
        "Sentencia\n"
        "Se otorga la guarda y custodia del menor a la madre señora Paz\n"
        "El juez que suscribe resuelve\n"
        "12 de octubre de 2023",
    ),
    (
        "consent",
        "es",
        "2026-09-03",
        "CARTA PODER Y AUTORIZACIÓN DE VIAJE\n"
        "Yo, Pedro López, padre del menor, autorizo a mi hijo a viajar a los Estados "
        "Unidos con su abuela.\n"
        "Notario público\n"
        "3 de septiembre de 2026",
    ),
    (
        "consent",
        "en",
        "2026-06-03",
        "AFFIDAVIT OF PARENTAL CONSENT TO TRAVEL\n"
        "I, Ana Ruiz, hereby consent to my daughter's travel to the United States for "
        "medical treatment with her aunt.\n"
        "Sworn before me, notary public, on June 3, 2026",
    ),
    (
        "organ-donor",
        "en",
        "",
        "Regional Tissue Typing Laboratory\n"
        "HLA Typing and Crossmatch Results\n"
        "Recipient: K. Osei  Donor: J. Osei\n"
        "HLA A 2,24 B 7,44\n"
        "The crossmatch is negative. The donor is compatible.",
    ),
    (
        "death",
        "es",
        "2026-01-03",
        "REGISTRO CIVIL\n"
        "ACTA DE DEFUNCIÓN\n"
        "Nombre del fallecido: Juan Pérez\n"
        "Fecha de defunción: 3 de enero de 2026\n"
        "Causa de muerte: infarto",
    ),
    (
        "death",
        "en",
        "2026-11-02",
        "Evergreen Hospice\n"
        "22 Pine Rd, Salem, OR 97301\n"
        "November 2, 2026\n"
        "To whom it may concern,\n"
        "Mr. Hassan is terminally ill and has been enrolled in hospice care. His life "
        "expectancy is two to four weeks. We urge that his daughter be allowed to be present.\n"
        "Sincerely, Kay Holm, MD",
    ),
    (
        "funeral",
        "en",
        "",
        "Miller & Sons Funeral Home\n"
        "14 Main St, Akron, OH 44301\n"
        "The funeral service for the late Mr. Hassan will be held on November 20, "
        "2026, with burial at Oak Hill Cemetery.\n"
        "Funeral director",
    ),
    (
        "financial",
        "en",
        "2026-09-30",
        "First Horizon Investments\n"
        "Brokerage Statement\n"
        "Account value $210,553\n"
        "Holdings: 120 shares ABC\n"
        "Period ending September 30, 2026",
    ),
    (
        "financial",
        "es",
        "2015-05-08",
        "ESCRITURA PÚBLICA DE COMPRAVENTA\n"
        "Título de propiedad del inmueble ubicado en la colonia Centro\n"
        "Notario 14\n"
        "8 de mayo de 2015",
    ),
    (
        "tax",
        "en",
        "",
        "Form 1040 U.S. Individual Income Tax Return 2025\n"
        "Filing status: Married filing jointly\n"
        "Adjusted gross income 88,120\n"
        "Taxable income 60,010",
    ),
    (
        "employment",
        "es",
        "2026-08-04",
        "Constructora del Norte S.A. de C.V.\n"
        "CONSTANCIA LABORAL\n"
        "A quien corresponda: Por medio de la presente hacemos constar que la señora "
        "Ruiz labora en esta empresa desde 2015 con un sueldo mensual de $18,000.\n"
        "Recursos Humanos\n"
        "4 de agosto de 2026",
    ),
    (
        "employment",
        "en",
        "2026-06-30",
        "BRIGHTWAY LOGISTICS LLC\n"
        "June 30, 2026\n"
        "Re: Employment verification\n"
        "This letter confirms that Tomás Silva is a full-time warehouse supervisor "
        "earning $24.50 per hour. He was hired on February 1, 2019.\n"
        "Human Resources",
    ),
    (
        "bank",
        "es",
        "",
        "BANCO DEL PACÍFICO\n"
        "ESTADO DE CUENTA\n"
        "Titular: María Ruiz\n"
        "Saldo inicial 1,200.00 Saldo final 3,400.00\n"
        "Periodo del 01/08/2026 al 31/08/2026",
    ),
    (
        "bank",
        "en",
        "2026-08-31",
        "Wells Mutual\n"
        "Your consolidated account summary\n"
        "Statement period 08/01/2026 - 08/31/2026\n"
        "Beginning balance $2,100.22 Ending balance $3,900.10\n"
        "Deposits and credits",
    ),
    (
        "support",
        "en",
        "2026-09-01",
        "September 1, 2026\n"
        "To the consular officer\n"
        "Affidavit of support\n"
        "I, Grace Lindqvist, will be financially responsible for Ms. Farouk during her "
        "stay: housing, food and her return ticket.",
    ),
    (
        "support",
        "en",
        "2026-05-05",
        "Helping Hands Relief Fund\n"
        "Pledge of support\n"
        "Our fund has approved $20,000 for the living expenses of the Farouk family "
        "during the stay.\n"
        "May 5, 2026",
    ),
    (
        "housing",
        "en",
        "2026-10-05",
        "October 5, 2026\n"
        "Dear Officer,\n"
        "I own the house at 9 Birch Lane, Tulsa, OK 74101. There is a furnished guest "
        "bedroom where my sister will live rent-free.\n"
        "Paula Brandt",
    ),
    (
        "court",
        "en",
        "",
        "STATE OF OHIO, COUNTY OF STARK\n"
        "COURT OF COMMON PLEAS\n"
        "SUBPOENA\n"
        "To: Mara Ilic\n"
        "You are commanded to appear and testify at trial on December 1, 2026 at 9:00 a.m.\n"
        "Case No. 2026-CR-0188",
    ),
    (
        "police",
        "en",
        "2026-05-04",
        "METRO POLICE DEPARTMENT\n"
        "Incident Report No. 26-44121\n"
        "Reporting officer: Sgt. Doyle\n"
        "Victim: A. Farouk\n"
        "On May 3 the complainant stated that two suspects threatened her.\n"
        "Date of report: May 4, 2026",
    ),
    (
        "police",
        "fr",
        "2026-04-03",
        "POLICE NATIONALE\n"
        "PROCÈS-VERBAL DE PLAINTE\n"
        "Le plaignant déclare avoir été menacé\n"
        "Fait à Goma, le 3 avril 2026",
    ),
    (
        "threat",
        "es",
        "",
        "Ya sabemos donde vives. Es el último aviso. Si no pagas te vamos a matar a ti "
        "y a tu familia.",
    ),
    (
        "country-conditions",
        "en",
        "",
        "U.S. Department of State\n"
        "2025 Country Reports on Human Rights Practices: Sudan\n"
        "Executive Summary\n"
        "Significant human rights issues included credible reports of arbitrary "
        "killings by armed groups and attacks on civilians.",
    ),
    (
        "news",
        "en",
        "2026-03-03",
        "The Coastal Tribune\n"
        "By Amy Stone, staff writer\n"
        "Published March 3, 2026\n"
        "Flood destroys clinic in river town\n"
        "Officials said on Tuesday that the only hospital had closed, according to a spokesman.",
    ),
    (
        "travel",
        "en",
        "",
        "SkyWest Travel\n"
        "Flight itinerary and e-ticket receipt\n"
        "Booking reference ABC123\n"
        "Passenger FAROUK/AMINA\n"
        "Departure Cairo 10 Jan 2027 Arrival Newark\n"
        "Seat 22A economy",
    ),
    (
        "travel",
        "en",
        "2022-05-05",
        "VISA\n"
        "Issuing Post Name CAIRO\n"
        "Visa Type /Class R B1/B2\n"
        "Control Number 2019\n"
        "Issue Date 05MAY2022 Expiration Date 04MAY2027",
    ),
    (
        "departure-plan",
        "en",
        "2026-08-01",
        "Cairo University\n"
        "Office of the Registrar\n"
        "August 1, 2026\n"
        "We confirm that Ms. Amina Farouk is granted a leave of absence for the fall "
        "term and will resume her studies in February 2027. Her place is held for her.",
    ),
    (
        "departure-plan",
        "en",
        "2026-08-03",
        "Delta Textile Company, Cairo\n"
        "August 3, 2026\n"
        "Ms. Farouk has been granted unpaid leave from January to June 2027 and will "
        "return to her position in July.\n"
        "Personnel manager",
    ),
    (
        "visa-refusal",
        "en",
        "2026-06-08",
        "Embassy of the United States, Cairo\n"
        "Consular Section\n"
        "You have been found ineligible for a nonimmigrant visa under section 214(b) "
        "of the Immigration and Nationality Act.\n"
        "June 8, 2026",
    ),
    (
        "visa-refusal",
        "en",
        "",
        "Official U.S. Visa Appointment Service\n"
        "Appointment confirmation\n"
        "Next available appointment: March 2028\n"
        "Visa category B1/B2\n"
        "Visa interview wait time: 540 calendar days",
    ),
    (
        "immigration-history",
        "en",
        "2025-02-02",
        "U.S. Citizenship and Immigration Services\n"
        "Form I-797C, Notice of Action\n"
        "Receipt Number EAC2612345678\n"
        "Case type I130 Petition for Alien Relative\n"
        "Notice date February 2, 2025\n"
        "Petitioner DIAZ Beneficiary LOPEZ",
    ),
    (
        "immigration-history",
        "en",
        "2018-10-04",
        "U.S. Department of Justice\n"
        "Executive Office for Immigration Review\n"
        "In the matter of J. Lopez, Respondent\n"
        "Order of the Immigration Judge\n"
        "The respondent is granted voluntary departure. October 4, 2018",
    ),
    (
        "criminal-record",
        "en",
        "2026-05-05",
        "State Bureau of Investigation\n"
        "Criminal history record check\n"
        "No criminal record was found for the fingerprints submitted.\n"
        "May 5, 2026",
    ),
    (
        "criminal-record",
        "uk",
        "",
        "МІНІСТЕРСТВО ВНУТРІШНІХ СПРАВ УКРАЇНИ\n"
        "ВИТЯГ\n"
        "про несудимість\n"
        "особа до кримінальної відповідальності не притягувалася",
    ),
    (
        "letter",
        "en",
        "2026-07-07",
        "St. Mark Lutheran Church\n"
        "10 Church St, Fargo, ND 58102\n"
        "July 7, 2026\n"
        "To whom it may concern,\n"
        "I have known the Farouk family for eight years. They are devoted members of "
        "our congregation and I can attest to their good character.\n"
        "Rev. Ole Berg, pastor",
    ),
    (
        "letter",
        "es",
        "2026-08-03",
        "3 de agosto de 2026\n"
        "A quien corresponda:\n"
        "Yo, Rosa Díaz, vecina, conozco a la familia Mejía desde hace diez años y doy "
        "fe de que son personas honradas.\n"
        "Atentamente, Rosa Díaz",
    ),
    (
        "government-letter",
        "en",
        "2026-01-03",
        "Social Security Administration\n"
        "Benefit Verification Letter\n"
        "January 3, 2026\n"
        "This letter confirms that beginning December 2025 the monthly benefit is $1,204.",
    ),
    (
        "government-letter",
        "en",
        "2026-09-09",
        "City of Duluth\n"
        "Office of the Mayor\n"
        "September 9, 2026\n"
        "The city supports the visit of Dr. Farouk, whose expertise is needed for the "
        "water treatment plant after the state of emergency.",
    ),
    (
        "expert",
        "en",
        "",
        "Curriculum vitae and expert opinion of Prof. Alan Reed, Ph.D.\n"
        "University of Leeds\n"
        "I have studied gang violence in Honduras for 20 years. In my opinion persons "
        "who refuse recruitment face a high risk.",
    ),
    (
        "expert",
        "en",
        "2026-05-02",
        "Psychological Evaluation\n"
        "Client: A. Farouk\n"
        "Evaluated by Dr. Nora Beck, Licensed Psychologist on May 2, 2026\n"
        "Ms. Farouk meets criteria for PTSD and major depression.",
    ),
    (
        "rfe-notice",
        "en",
        "",
        "U.S. Citizenship and Immigration Services\n"
        "Request for Evidence\n"
        "Form I-131\n"
        "Receipt number IOE0912345678\n"
        "You must respond by January 3, 2027. Please submit additional evidence",
    ),
    (
        "identity",
        "en",
        "2022-05-01",
        "STATE OF NEVADA DRIVER LICENSE\n"
        "DL 1234567 DOB 05/06/1977\n"
        "EXP 05/06/2030 ISS 05/01/2022\n"
        "CLASS C",
    ),
    (
        "identity",
        "ru",
        "2015-02-03",
        "РОССИЙСКАЯ ФЕДЕРАЦИЯ\nПАСПОРТ\nФамилия Иванов\nДата выдачи 03.02.2015",
    ),
    (
        "tax",
        "es",
        "",
        "SERVICIO DE ADMINISTRACIÓN TRIBUTARIA\n"
        "Declaración anual 2025\n"
        "Constancia de situación fiscal\n"
        "Contribuyente: María Ruiz",
    ),
    (
        "medical",
        "ar",
        "",
        "مستشفى المدينة\nتقرير طبي\nالتشخيص: فشل كلوي\nالمريض بحاجة إلى العلاج\nدكتور احمد",
    ),
    (
        "employment",
        "fr",
        "2026-05-05",
        "SOCIÉTÉ DES TRANSPORTS SARL\n"
        "ATTESTATION DE TRAVAIL\n"
        "Nous soussignés attestons que M. Mbarga est employé comme chauffeur, salaire "
        "mensuel 300.000\n"
        "Fait à Douala, le 5 mai 2026",
    ),
    (
        "medical",
        "pt",
        "2026-03-12",
        "HOSPITAL SÃO LUCAS\n"
        "RELATÓRIO MÉDICO\n"
        "Paciente: João Silva\n"
        "Diagnóstico: leucemia aguda\n"
        "Tratamento: quimioterapia\n"
        "12 de março de 2026",
    ),
)
