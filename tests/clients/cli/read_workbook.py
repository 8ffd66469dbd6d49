"""Reads an Excel workbook by the book (a zip of XML, ISO/IEC 29500) and prints its cells.

    read_workbook.py FILE

One line a cell: sheet, reference, n or s, value, number format; by tabs. Fails where
the file is no zip, a part is missing or is not XML.
"""
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def number_formats(styles):
    """The format of each cell style, by its number."""
    named = {int(f.get("numFmtId")): f.get("formatCode") for f in styles.iter(MAIN + "numFmt")}
    ids = [int(xf.get("numFmtId")) for xf in styles.find(MAIN + "cellXfs")]
    return [named.get(i, "#%d" % i) for i in ids]


def main(file):
    book = zipfile.ZipFile(file)
    assert book.testzip() is None

    def part(name):
        return ElementTree.fromstring(book.read(name))

    texts = ["".join(t.text or "" for t in si.iter(MAIN + "t")) for si in part("xl/sharedStrings.xml")]
    formats = number_formats(part("xl/styles.xml"))
    parts = {r.get("Id"): r.get("Target") for r in part("xl/_rels/workbook.xml.rels")}
    for sheet in part("xl/workbook.xml").iter(MAIN + "sheet"):
        for cell in part("xl/" + parts[sheet.get(LINK)]).iter(MAIN + "c"):
            value = cell.find(MAIN + "v")
            if value is None:
                continue
            is_text = cell.get("t") == "s"
            text = texts[int(value.text)] if is_text else value.text
            print(sheet.get("name"), cell.get("r"), "s" if is_text else "n", text,
                  formats[int(cell.get("s", 0))], sep="\t")


main(sys.argv[1])
