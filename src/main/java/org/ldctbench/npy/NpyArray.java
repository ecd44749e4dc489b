package org.ldctbench.npy;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** An array as a NumPy file holds it: little-endian, last index fastest. */
public final class NpyArray {
  /** Type of the elements. */
  public enum Type {
    FLOAT32("<f4", 4),
    FLOAT64("<f8", 8),
    INT16("<i2", 2),
    UINT16("<u2", 2),
    INT32("<i4", 4),
    INT64("<i8", 8),
    UINT8("|u1", 1);

    final String description;
    final int bytes;

    Type(String description, int bytes) {
      this.description = description;
      this.bytes = bytes;
    }
  }

  private final Type type;
  private final int[] shape;
  private final ByteBuffer data;

  /**
   * @param data little-endian, positioned at the first element
   */
  NpyArray(Type type, int[] shape, ByteBuffer data) {
    this.type = type;
    this.shape = shape;
    this.data = data;
  }

  public Type type() {
    return type;
  }

  /** Length of each dimension; empty for a single number. */
  public int[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public int size() {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** All elements, converted. */
  public float[] floats() {
    float[] values = new float[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = type == Type.FLOAT32 ? data.getFloat(4 * i) : (float) element(i);
    }
    return values;
  }

  /** All elements, converted; integers of more than 53 bits lose their last digits. */
  public double[] doubles() {
    double[] values = new double[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = element(i);
    }
    return values;
  }

  /** All elements; those of a floating-point array lose their fractions. */
  public long[] longs() {
    long[] values = new long[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = type == Type.INT64 ? data.getLong(8 * i) : (long) element(i);
    }
    return values;
  }

  private double element(int i) {
    int at = i * type.bytes;
    return switch (type) {
      case FLOAT32 -> data.getFloat(at);
      case FLOAT64 -> data.getDouble(at);
      case INT16 -> data.getShort(at);
      case UINT16 -> Short.toUnsignedInt(data.getShort(at));
      case INT32 -> data.getInt(at);
      case INT64 -> data.getLong(at);
      case UINT8 -> Byte.toUnsignedInt(data.get(at));
    };
  }
}
