package org.ldctbench.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.ldctbench.engine.ParameterLayout;
import org.ldctbench.engine.ParameterLayout.Tensor;
import org.ldctbench.engine.Trainer;

/** Writes PyTorch's zip format: members stored, data aligned to 64 bytes, same bytes every time. */
final class CheckpointWriter {
  private static final String TOP = "best_SSIM/";
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_HEADER = 30;
  private static final int EXTRA_HEADER = 4;

  /** One tick after the format's earliest, which Java would store in the local time zone too. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0, 2);

  private CheckpointWriter() {}

  static void write(Checkpoint checkpoint, OutputStream out) throws IOException {
    if (checkpoint.parameters().length != Trainer.PARAMETER_COUNT) {
      throw new IllegalArgumentException(checkpoint.parameters().length + " parameters");
    }
    Counter counter = new Counter(out);
    ZipOutputStream zip = new ZipOutputStream(counter);
    member(zip, counter, "data.pkl", pickle(checkpoint));
    member(zip, counter, ".format_version", ascii("1"));
    member(zip, counter, ".storage_alignment", ascii(Integer.toString(ALIGNMENT)));
    member(zip, counter, "byteorder", ascii("little"));
    for (int i = 0; i < ParameterLayout.TENSORS.size(); i++) {
      Tensor tensor = ParameterLayout.TENSORS.get(i);
      ByteBuffer data = ByteBuffer.allocate(4 * tensor.size()).order(ByteOrder.LITTLE_ENDIAN);
      data.asFloatBuffer().put(checkpoint.parameters(), tensor.offset(), tensor.size());
      member(zip, counter, "data/" + i, data.array());
    }
    member(zip, counter, "version", ascii("3\n"));
    zip.finish();
  }

  private static void member(ZipOutputStream zip, Counter counter, String name, byte[] data)
      throws IOException {
    ZipEntry entry = new ZipEntry(TOP + name);
    CRC32 crc = new CRC32();
    crc.update(data);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(data.length);
    entry.setCrc(crc.getValue());
    entry.setTimeLocal(TIME);
    int unpadded = LOCAL_HEADER + entry.getName().length() + EXTRA_HEADER;
    int padding = Math.floorMod(-(counter.count + unpadded), ALIGNMENT);
    byte[] extra = new byte[EXTRA_HEADER + padding];
    java.util.Arrays.fill(extra, (byte) 'Z');
    ByteBuffer.wrap(extra)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 'F')
        .put((byte) 'B')
        .putShort((short) padding);
    entry.setExtra(extra);
    zip.putNextEntry(entry);
    zip.write(data);
    zip.closeEntry();
    zip.flush();
  }

  private static byte[] pickle(Checkpoint checkpoint) {
    PickleWriter pickle = new PickleWriter();
    pickle.op('}');
    pickle.op('(');
    pickle.value("args");
    pickle.global("argparse", "Namespace");
    pickle.op(')');
    pickle.op(0x81);
    pickle.mapping(checkpoint.args());
    pickle.op('b');
    pickle.value("iteration");
    pickle.value(checkpoint.iteration());
    pickle.value("model_state_dict");
    pickle.newEmpty("collections", "OrderedDict");
    pickle.op('(');
    for (int i = 0; i < ParameterLayout.TENSORS.size(); i++) {
      tensor(pickle, ParameterLayout.TENSORS.get(i), i);
    }
    pickle.op('u');
    pickle.op('u');
    return pickle.finish();
  }

  private static void tensor(PickleWriter pickle, Tensor tensor, int key) {
    pickle.value(tensor.name());
    pickle.global("torch._utils", "_rebuild_tensor_v2");
    pickle.op('(');
    pickle.op('(');
    pickle.value("storage");
    pickle.global("torch", "FloatStorage");
    List.of(Integer.toString(key), "cpu", tensor.size()).forEach(pickle::value);
    pickle.op('t');
    pickle.op('Q');
    pickle.value(0);
    pickle.tuple(tensor.shape());
    pickle.tuple(strides(tensor.shape()));
    pickle.value(false);
    pickle.newEmpty("collections", "OrderedDict");
    pickle.op('t');
    pickle.op('R');
  }

  /** Elements from one index to the next, per dimension of a row-major array. */
  static List<Integer> strides(List<Integer> shape) {
    Integer[] strides = new Integer[shape.size()];
    int stride = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape.get(i);
    }
    return List.of(strides);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Knows how much was written, which alignment needs. */
  private static final class Counter extends FilterOutputStream {
    long count;

    Counter(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      count += length;
    }
  }
}
