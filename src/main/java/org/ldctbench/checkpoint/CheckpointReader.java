package org.ldctbench.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.ldctbench.checkpoint.PickleReader.Call;
import org.ldctbench.checkpoint.PickleReader.Global;
import org.ldctbench.checkpoint.PickleReader.Namespace;
import org.ldctbench.checkpoint.PickleReader.Persistent;
import org.ldctbench.checkpoint.PickleReader.PickleException;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.ParameterLayout;
import org.ldctbench.engine.ParameterLayout.Tensor;
import org.ldctbench.engine.Trainer;

/** Reads one checkpoint file, which may come from anywhere. */
final class CheckpointReader {
  private static final int MAX_PICKLE = 1 << 20;
  private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};
  private static final byte[] LEGACY_MAGIC = {(byte) 0x80, 2, (byte) 0x8a, 0x0a, 0x6c, (byte) 0xfc};

  private final Path file;

  CheckpointReader(Path file) {
    this.file = file;
  }

  Checkpoint read() {
    try {
      requireZip();
      try (ZipFile zip = new ZipFile(file.toFile())) {
        return read(zip);
      }
    } catch (ZipException e) {
      throw refused("is a damaged zip file (" + e.getMessage() + "); copy it again", e);
    } catch (PickleException e) {
      throw refused("is not a CNN-10 checkpoint: its pickle " + e.getMessage(), e);
    } catch (IOException e) {
      throw refused("cannot be read (" + e + ")", e);
    }
  }

  private void requireZip() throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(LEGACY_MAGIC.length);
    }
    if (Arrays.equals(start, LEGACY_MAGIC)) {
      throw refused(
          "is in the format before PyTorch 1.6; load it there and save it again with torch.save",
          null);
    }
    if (start.length < 4 || !Arrays.equals(Arrays.copyOf(start, 4), ZIP_MAGIC)) {
      throw refused("is not a checkpoint of PyTorch; give a file such as best_SSIM.pt", null);
    }
  }

  private Checkpoint read(ZipFile zip) throws IOException, PickleException {
    String top =
        zip.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.endsWith("/data.pkl"))
            .map(name -> name.substring(0, name.length() - "data.pkl".length()))
            .findFirst()
            .orElseThrow(() -> refused("has no data.pkl; it is no checkpoint of PyTorch", null));
    ZipEntry order = zip.getEntry(top + "byteorder");
    if (order != null
        && !new String(member(zip, order, 16), StandardCharsets.US_ASCII).equals("little")) {
      throw refused("is not little endian, which is all that is supported", null);
    }
    Object root = PickleReader.read(member(zip, zip.getEntry(top + "data.pkl"), MAX_PICKLE));
    if (!(root instanceof Map<?, ?> map)
        || !(map.get("args") instanceof Namespace args)
        || !(map.get("iteration") instanceof Long iteration)
        || !(map.get("model_state_dict") instanceof Map<?, ?> tensors)) {
      throw refused("holds no args, iteration and model_state_dict", null);
    }
    return new Checkpoint(plain(args), iteration, parameters(zip, top, tensors));
  }

  private static Map<String, Object> plain(Namespace args) throws PickleException {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Map.Entry<Object, Object> entry : args.values().entrySet()) {
      values.put((String) entry.getKey(), plain(entry.getValue()));
    }
    return values;
  }

  private static Object plain(Object value) throws PickleException {
    if (value instanceof List<?> list) {
      for (Object item : list) {
        scalar(item);
      }
      return list;
    }
    return scalar(value);
  }

  private static Object scalar(Object value) throws PickleException {
    if (value == null
        || value instanceof String
        || value instanceof Boolean
        || value instanceof Long
        || value instanceof Double) {
      return value;
    }
    throw new PickleException("has an argument that is no plain value");
  }

  private float[] parameters(ZipFile zip, String top, Map<?, ?> tensors) throws IOException {
    List<String> names = ParameterLayout.TENSORS.stream().map(Tensor::name).toList();
    if (!tensors.keySet().equals(Set.copyOf(names))) {
      throw refused("has tensors " + tensors.keySet() + " where CNN-10 has " + names, null);
    }
    float[] parameters = new float[Trainer.PARAMETER_COUNT];
    for (Tensor tensor : ParameterLayout.TENSORS) {
      String member = top + "data/" + storageKey(tensor, tensors.get(tensor.name()));
      ZipEntry entry = zip.getEntry(member);
      int bytes = 4 * tensor.size();
      if (entry == null || entry.getSize() != bytes) {
        throw refused("has no data of the right size for " + tensor.name(), null);
      }
      ByteBuffer.wrap(member(zip, entry, bytes))
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(parameters, tensor.offset(), tensor.size());
    }
    return parameters;
  }

  /** Checks everything about a tensor except its numbers, and says where those are. */
  private String storageKey(Tensor tensor, Object value) {
    if (value instanceof Call call
        && call.arguments().size() == 6
        && call.arguments().get(0) instanceof Persistent persistent
        && call.arguments().get(1).equals(0L)
        && longs(tensor.shape()).equals(call.arguments().get(2))
        && longs(CheckpointWriter.strides(tensor.shape())).equals(call.arguments().get(3))
        && persistent.id().size() == 5
        && "storage".equals(persistent.id().get(0))
        && persistent.id().get(1) instanceof Global type
        && type.name().equals(PickleReader.FLOAT_STORAGE)
        && persistent.id().get(2) instanceof String key
        && key.matches("\\d{1,9}")
        && Long.valueOf(tensor.size()).equals(persistent.id().get(4))) {
      return key;
    }
    throw refused(
        "has no contiguous float32 tensor " + tensor.name() + " of shape " + tensor.shape(), null);
  }

  private static List<Long> longs(List<Integer> numbers) {
    return numbers.stream().map(Integer::longValue).toList();
  }

  private byte[] member(ZipFile zip, ZipEntry entry, int limit) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw refused(
            "has a member " + entry.getName() + " of more than " + limit + " bytes", null);
      }
      return bytes;
    }
  }

  private UserException refused(String why, Throwable cause) {
    return new UserException(ExitCode.CONFIG, file + ": " + why, cause);
  }
}
