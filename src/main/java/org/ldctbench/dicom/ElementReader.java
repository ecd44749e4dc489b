package org.ldctbench.dicom;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;

/** Walks over data elements (PS3.5 section 7); every length is checked against what is there. */
final class ElementReader {
  static final int UNDEFINED = -1;
  private static final int ITEM = 0xfffee000;
  private static final int ITEM_END = 0xfffee00d;
  private static final int SEQUENCE_END = 0xfffee0dd;
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]");
  private static final int MAX_DEPTH = 32;
  private static final Set<String> LONG_FORM =
      Set.of("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV");

  private final ByteBuffer data;
  private final boolean explicit;
  private int tag;
  private String vr;
  private int length;

  ElementReader(ByteBuffer data, boolean explicit, boolean bigEndian) {
    this.data = data;
    this.explicit = explicit;
    data.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads the next element's header; false at the end of the data. */
  boolean next() {
    if (data.remaining() < 8) {
      // A file may end in a few bytes of padding; anything else shows as a missing element.
      return false;
    }
    tag = readTag();
    vr = "";
    if (explicit && tag >>> 16 != 0xfffe) {
      vr = "" + (char) (data.get() & 0xff) + (char) (data.get() & 0xff);
      if (LONG_FORM.contains(vr)) {
        need(6);
        data.getShort();
        length = data.getInt();
      } else {
        length = data.getShort() & 0xffff;
      }
    } else {
      length = data.getInt();
    }
    if (length != UNDEFINED && (length < 0 || length > data.remaining())) {
      throw new DicomException(
          "element "
              + name(tag)
              + " claims "
              + (length & 0xffffffffL)
              + " bytes but only "
              + data.remaining()
              + " are left; the file is truncated or damaged, copy it again from its source");
    }
    return true;
  }

  int tag() {
    return tag;
  }

  String vr() {
    return vr;
  }

  int length() {
    return length;
  }

  /** Bytes of the element's value; moves past them. */
  ByteBuffer value() {
    if (length == UNDEFINED) {
      throw new DicomException("element " + name(tag) + " has no length");
    }
    ByteBuffer value = data.slice(data.position(), length).order(data.order());
    data.position(data.position() + length);
    return value;
  }

  /** Rest of the data, from the end of this element's header on. */
  ByteBuffer rest() {
    return data;
  }

  void skip() {
    if (length != UNDEFINED) {
      data.position(data.position() + length);
    } else {
      skipSequence(0);
    }
  }

  /** The value as text without padding; control characters, which none should hold, are blanks. */
  String text() {
    String text = StandardCharsets.ISO_8859_1.decode(value()).toString();
    return CONTROL.matcher(text).replaceAll(" ").trim();
  }

  int unsignedShort() {
    ByteBuffer value = value();
    if (value.remaining() < 2) {
      throw new DicomException("element " + name(tag) + " is too short");
    }
    return value.getShort() & 0xffff;
  }

  private void skipSequence(int depth) {
    // UN of undefined length holds an implicit little endian sequence (PS3.5, 6.2.2).
    boolean unknown = "UN".equals(vr);
    ByteOrder order = data.order();
    boolean bigEndian = !unknown && order == ByteOrder.BIG_ENDIAN;
    new ElementReader(data, explicit && !unknown, bigEndian).skipItems(depth);
    data.order(order);
  }

  /** Skips the items of a sequence of undefined length, its end mark included. */
  private void skipItems(int depth) {
    if (depth > MAX_DEPTH) {
      throw new DicomException("sequences are nested deeper than " + MAX_DEPTH);
    }
    while (true) {
      need(8);
      int mark = readTag();
      int size = data.getInt();
      if (mark == SEQUENCE_END) {
        return;
      }
      if (mark != ITEM) {
        throw new DicomException("element " + name(mark) + " stands where an item should");
      }
      if (size != UNDEFINED) {
        need(size);
        data.position(data.position() + size);
      } else {
        skipElements(depth);
      }
    }
  }

  private void skipElements(int depth) {
    while (next()) {
      if (tag == ITEM_END) {
        return;
      }
      if (length == UNDEFINED) {
        skipSequence(depth + 1);
      } else {
        data.position(data.position() + length);
      }
    }
    throw new DicomException("an item does not end; the file is truncated");
  }

  private int readTag() {
    int group = data.getShort() & 0xffff;
    return group << 16 | (data.getShort() & 0xffff);
  }

  private void need(int bytes) {
    if (bytes < 0 || data.remaining() < bytes) {
      throw new DicomException("the file is truncated inside element " + name(tag));
    }
  }

  static String name(int tag) {
    return String.format("(%04x,%04x)", tag >>> 16, tag & 0xffff);
  }
}
