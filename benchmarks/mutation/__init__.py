"""Mutation testing: does a test fail if the code is wrong in one place?"""
