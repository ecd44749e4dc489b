package org.ldctbench.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.ldctbench.common.AtomicFile;

/** Reads and writes NumPy's {@code .npy} files, format versions 1 and 2. */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int MAX_DIMENSIONS = 32;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{\\s*'descr':\\s*'(?<type>[^']*)',\\s*'fortran_order':\\s*(?<order>True|False),"
              + "\\s*'shape':\\s*\\((?<shape>[\\d\\s,]*)\\),?\\s*\\}\\s*");

  private Npy() {}

  /**
   * Reads an array of type f4, f8, i2, u2, i4, i8 or u1 in C order.
   *
   * @throws IOException if the file cannot be read or is not such an array; the message names it
   */
  public static NpyArray read(Path file) throws IOException {
    if (Files.size(file) > Integer.MAX_VALUE - 8) {
      throw bad(file, "larger than 2 GiB");
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    if (bytes.remaining() < MAGIC.length + 4) {
      throw bad(file, "too short");
    }
    bytes.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw bad(file, "not a NumPy array");
    }
    int version = bytes.get();
    bytes.get();
    if (version != 1 && version != 2) {
      throw bad(file, "format version " + version + " is not supported");
    }
    if (version == 2 && bytes.remaining() < 4) {
      throw bad(file, "too short");
    }
    int length = version == 1 ? Short.toUnsignedInt(bytes.getShort()) : bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      throw bad(file, "the header is cut off");
    }
    byte[] header = new byte[length];
    bytes.get(header);
    return body(file, new String(header, StandardCharsets.ISO_8859_1), bytes);
  }

  private static NpyArray body(Path file, String header, ByteBuffer bytes) throws IOException {
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.matches()) {
      throw bad(file, "the header is not one of a plain array");
    }
    if (matcher.group("order").equals("True")) {
      throw bad(file, "Fortran order is not supported");
    }
    NpyArray.Type type =
        Arrays.stream(NpyArray.Type.values())
            .filter(known -> known.description.equals(matcher.group("type")))
            .findFirst()
            .orElse(null);
    if (type == null) {
      throw bad(file, "element type '" + matcher.group("type") + "' is not supported");
    }
    int[] shape = shape(file, matcher.group("shape"));
    long wanted = type.bytes;
    for (int side : shape) {
      wanted = side == 0 ? 0 : wanted * side;
      if (wanted > Integer.MAX_VALUE) {
        throw bad(file, "the shape is too large");
      }
    }
    if (bytes.remaining() != wanted) {
      throw bad(file, "holds " + bytes.remaining() + " bytes of data instead of " + wanted);
    }
    return new NpyArray(type, shape, bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  private static int[] shape(Path file, String text) throws IOException {
    String[] sides = text.isBlank() ? new String[0] : text.strip().split("\\s*,\\s*");
    if (sides.length > MAX_DIMENSIONS) {
      throw bad(file, "too many dimensions");
    }
    try {
      return Arrays.stream(sides).mapToInt(Integer::parseInt).toArray();
    } catch (NumberFormatException e) {
      throw new IOException(file + ": the shape '" + text + "' cannot be understood", e);
    }
  }

  /** Writes a float32 array. */
  public static void write(Path file, float[] values, int... shape) throws IOException {
    byte[] data = new byte[Math.multiplyExact(values.length, 4)];
    littleEndian(data).asFloatBuffer().put(values);
    write(file, NpyArray.Type.FLOAT32, values.length, data, shape);
  }

  /** Writes a float64 array. */
  public static void write(Path file, double[] values, int... shape) throws IOException {
    byte[] data = new byte[Math.multiplyExact(values.length, 8)];
    littleEndian(data).asDoubleBuffer().put(values);
    write(file, NpyArray.Type.FLOAT64, values.length, data, shape);
  }

  /** Writes an int16 or, if unsigned, a uint16 array. */
  public static void write(Path file, short[] values, boolean unsigned, int... shape)
      throws IOException {
    byte[] data = new byte[Math.multiplyExact(values.length, 2)];
    littleEndian(data).asShortBuffer().put(values);
    NpyArray.Type type = unsigned ? NpyArray.Type.UINT16 : NpyArray.Type.INT16;
    write(file, type, values.length, data, shape);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void write(Path file, NpyArray.Type type, int elements, byte[] data, int[] shape)
      throws IOException {
    if (Arrays.stream(shape).reduce(1, Math::multiplyExact) != elements) {
      throw new IllegalArgumentException(
          elements + " elements do not have the shape " + Arrays.toString(shape));
    }
    byte[] header = header(type, shape);
    AtomicFile.write(
        file,
        out -> {
          out.write(header);
          out.write(data);
        });
  }

  private static byte[] header(NpyArray.Type type, int[] shape) {
    String sides = Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", "));
    String text =
        "{'descr': '"
            + type.description
            + "', 'fortran_order': False, 'shape': ("
            + sides
            + (shape.length == 1 ? "," : "")
            + "), }";
    int start = MAGIC.length + 4;
    int padding = ALIGNMENT - (start + text.length() + 1) % ALIGNMENT;
    byte[] body = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(start + body.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) body.length)
        .put(body)
        .array();
  }

  private static IOException bad(Path file, String what) {
    return new IOException(file + ": " + what);
  }
}
