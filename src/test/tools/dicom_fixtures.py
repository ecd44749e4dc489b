"""Makes the DICOM files of DicomReaderTest, all synthetic, and expected.json with what pydicom reads from them.

Needs pydicom and numpy.

    python src/test/tools/dicom_fixtures.py src/test/resources/org/ldctbench/dicom
"""

import json
import sys
import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

warnings.simplefilter("ignore")
OUT = Path(sys.argv[1])
ROWS, COLUMNS = 7, 5
rng = np.random.default_rng(20)
expected = {}


def dataset(syntax, allocated=16, stored=12, signed=False, words=None):
    """words: what the pixel cells hold, unused bits included; drawn over all bit patterns when None."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = CTImageStorage
    ds.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, "2.25.1"
    ds.Modality, ds.PatientID = "CT", "X001"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = allocated, stored, stored - 1
    ds.PixelRepresentation = int(signed)
    ds.RescaleIntercept, ds.RescaleSlope = "-1024", "1"
    if words is None:
        words = rng.integers(0, 1 << allocated, ROWS * COLUMNS)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    data = np.asarray(words).astype(f"{order}u{allocated // 8}").tobytes()
    if syntax == RLELossless:
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.PixelData = data + b"\0" * (len(data) % 2)
        ds["PixelData"].VR = "OW" if allocated == 16 else "OB"
        ds.compress(RLELossless, generate_instance_uid=False)
    else:
        ds.PixelData = data + b"\0" * (len(data) % 2)
        ds["PixelData"].VR = "OW" if allocated == 16 or syntax == ImplicitVRLittleEndian else "OB"
    return ds


def encoded(ds):
    syntax = ds.file_meta.TransferSyntaxUID
    out = BytesIO()
    pydicom.dcmwrite(
        out, ds, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=syntax != ExplicitVRBigEndian,
        enforce_file_format=True,
    )
    return out.getvalue()


def good(name, content):
    content = content if isinstance(content, bytes) else encoded(content)
    (OUT / f"{name}.dcm").write_bytes(content)
    ds = pydicom.dcmread(BytesIO(content))
    padding = ds.get("PixelPaddingValue")
    expected[name] = {
        "rows": ds.Rows, "columns": ds.Columns, "bits_stored": ds.BitsStored,
        "signed": bool(ds.PixelRepresentation), "pixels": [int(v) for v in ds.pixel_array.ravel()],
        "slope": float(ds.RescaleSlope) if "RescaleSlope" in ds else None,
        "intercept": float(ds.RescaleIntercept) if "RescaleIntercept" in ds else None,
        "padding": None if padding in (None, "") else int(padding), "patient": ds.get("PatientID", ""),
    }


def bad(name, content, *says):
    content = content if isinstance(content, bytes) else encoded(content)
    (OUT / f"{name}.dcm").write_bytes(content)
    expected[name] = {"refused": list(says)}


SYNTAXES = {
    "implicit": ImplicitVRLittleEndian, "explicit": ExplicitVRLittleEndian, "big": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian, "rle": RLELossless,
}
for label, syntax in SYNTAXES.items():
    for allocated, stored in ((8, 8), (16, 12), (16, 16)):
        for signed in (False, True):
            kind = "signed" if signed else "unsigned"
            good(f"{label}-{stored}of{allocated}-{kind}", dataset(syntax, allocated, stored, signed))

runs = np.repeat([0, 4095, 7], [20, 10, 5])
good("rle-runs", dataset(RLELossless, words=runs))
good("explicit-5of8-signed", dataset(ExplicitVRLittleEndian, 8, 5, True))
ds = dataset(ExplicitVRBigEndian, 8, 8)
ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
ds["PixelData"].VR = "OW"
good("big-8-bits-in-words", ds)


def nested(ds, undefined):
    inner = Dataset()
    inner.CodeValue, inner.Rows = "T-1", 999
    deep = Dataset()
    deep.ReferencedImageSequence = Sequence([inner, inner])
    deep.BitsStored = 3
    icon = Dataset()
    icon.Rows, icon.PixelData = 1, b"\1\2"
    icon["PixelData"].VR = "OW"
    ds.ReferencedStudySequence = Sequence([deep, Dataset()])
    ds.IconImageSequence = Sequence([icon])
    for element in (ds["ReferencedStudySequence"], ds["IconImageSequence"], deep["ReferencedImageSequence"]):
        element.is_undefined_length = undefined
        for item in element.value:
            item.is_undefined_length_sequence_item = undefined
    return ds


for undefined in (False, True):
    kind = "undefined" if undefined else "defined"
    for label in ("implicit", "explicit", "big", "deflated"):
        good(f"nested-{kind}-{label}", nested(dataset(SYNTAXES[label]), undefined))

ds = dataset(ExplicitVRLittleEndian, 16, 16, True)
ds.add_new(0x00280120, "SS", -2000)
ds.RescaleIntercept, ds.RescaleSlope = "0", "0.5"
good("padding-signed", ds)
ds = dataset(ExplicitVRLittleEndian, 16, 16)
ds.add_new(0x00280120, "US", 63536)
del ds.RescaleIntercept, ds.RescaleSlope, ds.PatientID
good("padding-unsigned-no-rescale", ds)
ds = dataset(ExplicitVRLittleEndian)
ds.add_new(0x00280120, "US", None)
ds.NumberOfFrames = "1"
good("padding-empty-one-frame", ds)

# A UN element of undefined length holds an implicit little endian sequence.
plain = encoded(dataset(ExplicitVRLittleEndian))
hidden = bytes.fromhex("09001010 554e0000 ffffffff feff00e0 ffffffff 28001000 02000000 6300 feff0de0 00000000 feffdde0 00000000")
at = plain.index(bytes.fromhex("10002000"))
good("unknown-undefined-length", plain[:at] + hidden + plain[at:])

pixels = bytes.fromhex("e07f1000 4f570000")
length = 2 * ROWS * COLUMNS


def with_pixel_bytes(count):
    start = plain.index(pixels) + len(pixels)
    data = (plain[start + 4 :] * 2)[:count]
    return plain[:start] + count.to_bytes(4, "little") + data


good("excess-pixel-bytes", with_pixel_bytes(length + 6))
good("trailing-bytes", plain + b"\0\0\0")
bad("too-few-pixel-bytes", with_pixel_bytes(length - 2), "68 bytes", "instead of 70")
bad("no-pixel-bytes", with_pixel_bytes(0), "0 bytes")
bad("zero-bytes", b"", "empty")
bad("truncated-in-pixels", plain[:-10], "(7fe0,0010)", "truncated")
bad("truncated-in-header", plain[:300], "truncated")
bad("only-preamble", plain[:132], "transfer syntax")
bad("no-mark", plain[132:], "not a DICOM file")
bad("text", b"not an image\n" * 20, "not a DICOM file")
ds = dataset(ExplicitVRLittleEndian)
del ds.PixelData
bad("no-pixel-data", ds, "no pixel data")
for label, syntax in (("jpeg-lossless", JPEGLosslessSV1), ("jpeg-ls", JPEGLSLossless), ("jpeg-2000", JPEG2000Lossless)):
    ds = dataset(ExplicitVRLittleEndian)
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    bad(label, ds, syntax, "gdcmconv")
bad("unknown-syntax", plain.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0"), "1.2.840.10008.9.9.9")
ds = dataset(ExplicitVRLittleEndian, words=rng.integers(0, 4096, 2 * ROWS * COLUMNS))
ds.NumberOfFrames = "2"
bad("two-frames", ds, "2 frames")
ds = dataset(ExplicitVRLittleEndian, 8, 8, words=rng.integers(0, 256, 3 * ROWS * COLUMNS))
ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
bad("rgb", ds, "3 samples")
ds = dataset(ExplicitVRLittleEndian, words=rng.integers(0, 4096, 2 * ROWS * COLUMNS))
ds.BitsAllocated = 32
bad("32-bits", ds, "32 bits")
ds = dataset(ExplicitVRLittleEndian)
ds.HighBit = 15
bad("high-bit-elsewhere", ds, "high bit 15")
ds = dataset(ExplicitVRLittleEndian)
del ds.BitsStored
bad("no-bits-stored", ds, "(0028,0101)")
ds = dataset(ExplicitVRLittleEndian)
ds.Rows = 0
bad("no-rows", ds, "0 x 5")
packed = encoded(dataset(RLELossless))
bad("rle-truncated", packed[:-20], "truncated")
at = packed.index(bytes.fromhex("e07f1000 4f420000 ffffffff"))
header = packed.index((2).to_bytes(4, "little") + (64).to_bytes(4, "little"), at)
bad("rle-wrong-segments", packed[:header] + b"\3" + packed[header + 1 :], "3 segments")

lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(facts)}" for name, facts in expected.items())
(OUT / "expected.json").write_text("{\n" + lines + "\n}\n")
print(len(expected), "files,", sum(f.stat().st_size for f in OUT.iterdir()), "bytes")
