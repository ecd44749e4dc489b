package org.ldctbench.checkpoint;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes the part of pickle protocol 2 that checkpoints need; no memo, which readers allow. */
final class PickleWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PickleWriter() {
    op(0x80);
    op(2);
  }

  byte[] finish() {
    op('.');
    return out.toByteArray();
  }

  void op(int code) {
    out.write(code);
  }

  void global(String module, String name) {
    op('c');
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** {@code module.name()} by calling the class. */
  void newEmpty(String module, String name) {
    global(module, name);
    op(')');
    op('R');
  }

  void tuple(List<?> items) {
    op('(');
    items.forEach(this::value);
    op('t');
  }

  void mapping(Map<String, ?> map) {
    op('}');
    op('(');
    map.forEach(
        (key, value) -> {
          value(key);
          value(value);
        });
    op('u');
  }

  /** None, booleans, numbers, texts and lists. */
  void value(Object value) {
    if (value == null) {
      op('N');
    } else if (value instanceof Boolean flag) {
      op(flag ? 0x88 : 0x89);
    } else if (value instanceof Integer || value instanceof Long) {
      integer(((Number) value).longValue());
    } else if (value instanceof Double real) {
      op('G');
      out.writeBytes(ByteBuffer.allocate(8).putDouble(real).array());
    } else if (value instanceof String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      op('X');
      littleEndian(utf8.length);
      out.writeBytes(utf8);
    } else if (value instanceof List<?> list) {
      op(']');
      op('(');
      list.forEach(this::value);
      op('e');
    } else {
      throw new IllegalArgumentException("no pickle for " + value.getClass());
    }
  }

  private void integer(long number) {
    if (number >= 0 && number < 256) {
      op('K');
      op((int) number);
    } else if (number >= 0 && number < 65536) {
      op('M');
      op((int) number & 0xFF);
      op((int) number >> 8);
    } else if (number == (int) number) {
      op('J');
      littleEndian((int) number);
    } else {
      byte[] bigEndian = BigInteger.valueOf(number).toByteArray();
      op(0x8a);
      op(bigEndian.length);
      for (int i = bigEndian.length - 1; i >= 0; i--) {
        op(bigEndian[i]);
      }
    }
  }

  private void littleEndian(int number) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array());
  }
}
