"""Facts from other people's files: sheets, answers of other programs, filled forms.

A file is read into cells (`sheet_reader`), its columns are matched with places of case.json
(`columns`), values are converted to what the schema asks for (`conversions`), and what differs from
a case is a conflict (`merge`). Deciding is pure; only `sheet_reader` opens a file.
"""
