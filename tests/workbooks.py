"""Make .xlsx files of one sheet, part by part."""

import documents

SHEET = """<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
><sheetData>{rows}</sheetData></worksheet>"""


def workbook(*rows):
    """Return a .xlsx file of one sheet, its cells as texts or numbers."""
    letters = "ABCDEFGHIJ"

    def cell(place, value):
        if isinstance(value, str):
            return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
        return f'<c r="{place}"><v>{value}</v></c>'

    body = "".join(
        f'<row r="{n}">{"".join(cell(f"{letter}{n}", value) for letter, value in zip(letters, row, strict=False))}</row>'
        for n, row in enumerate(rows, start=1)
    )
    return packed_sheet(SHEET.format(rows=body))


def packed_sheet(sheet):
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    return documents.zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"><Override PartName="/xl/workbook.xml"'
            f' ContentType="{kinds}.sheet.main+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="a"'
            f' Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
            f' xmlns:r="{relations}"><sheets><sheet name="Sheet1" sheetId="1" r:id="b"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="b"'
            f' Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": sheet,
        }
    )
