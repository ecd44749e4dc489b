package org.ldctbench.train;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.Trainer;
import org.ldctbench.metrics.EpochRecord;

/**
 * Everything that a run needs to go on as if it had never stopped.
 *
 * @param arguments text of args.yaml
 * @param engine name of the engine that trained
 * @param inEpoch iterations done of the epoch after the recorded ones
 * @param lossSum of those iterations
 * @param epochs completed ones
 */
record ResumeState(
    String arguments,
    String engine,
    int inEpoch,
    double lossSum,
    List<EpochRecord> epochs,
    float[] parameters,
    Trainer.State optimizer) {
  /** Beside the checkpoint, in files/. */
  static final String FILE_NAME = "resume.state";

  private static final long MAGIC = 0x4c44_4354_5255_4e31L;
  private static final int MAX_TEXT = 1 << 20;
  private static final int MAX_EPOCHS = 10_000_000;

  ResumeState {
    epochs = List.copyOf(epochs);
  }

  void write(Path files) throws IOException {
    AtomicFile.write(
        files.resolve(FILE_NAME),
        stream -> {
          CheckedOutputStream checked = new CheckedOutputStream(stream, new CRC32());
          DataOutputStream out = new DataOutputStream(checked);
          out.writeLong(MAGIC);
          writeText(out, arguments);
          writeText(out, engine);
          out.writeInt(inEpoch);
          out.writeDouble(lossSum);
          out.writeInt(epochs.size());
          for (EpochRecord epoch : epochs) {
            out.writeLong(epoch.iteration());
            out.writeDouble(epoch.trainLoss());
            out.writeDouble(epoch.valLoss());
            out.writeDouble(epoch.ssim());
            out.writeDouble(epoch.psnr());
            out.writeDouble(epoch.rmse());
          }
          writeFloats(out, parameters);
          writeFloats(out, optimizer.moments());
          out.writeLong(optimizer.steps());
          out.writeLong(checked.getChecksum().getValue());
          out.flush();
        });
  }

  /**
   * @throws UserException DATA if the file is damaged
   */
  static ResumeState read(Path files) throws IOException {
    Path file = files.resolve(FILE_NAME);
    try (InputStream stream = new BufferedInputStream(Files.newInputStream(file))) {
      CheckedInputStream checked = new CheckedInputStream(stream, new CRC32());
      DataInputStream in = new DataInputStream(checked);
      if (in.readLong() != MAGIC) {
        throw damaged(file, "was not written by this version");
      }
      String arguments = readText(in, file);
      String engine = readText(in, file);
      int inEpoch = in.readInt();
      double lossSum = in.readDouble();
      int count = in.readInt();
      if (count < 0 || count > MAX_EPOCHS) {
        throw damaged(file, "is damaged");
      }
      List<EpochRecord> epochs = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        epochs.add(
            new EpochRecord(
                in.readLong(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble()));
      }
      float[] parameters = readFloats(in, Trainer.PARAMETER_COUNT);
      float[] moments = readFloats(in, 2 * Trainer.PARAMETER_COUNT);
      long steps = in.readLong();
      long checksum = checked.getChecksum().getValue();
      if (in.readLong() != checksum) {
        throw damaged(file, "is damaged");
      }
      return new ResumeState(
          arguments,
          engine,
          inEpoch,
          lossSum,
          epochs,
          parameters,
          new Trainer.State(moments, steps));
    } catch (java.io.EOFException e) {
      throw damaged(file, "ends early");
    }
  }

  private static UserException damaged(Path file, String how) {
    return new UserException(
        ExitCode.DATA, file + ": " + how + "; delete it to start this run from its beginning");
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String readText(DataInputStream in, Path file) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MAX_TEXT) {
      throw damaged(file, "is damaged");
    }
    byte[] utf8 = new byte[length];
    in.readFully(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static void writeFloats(DataOutputStream out, float[] values) throws IOException {
    byte[] bytes = new byte[4 * values.length];
    java.nio.ByteBuffer.wrap(bytes).asFloatBuffer().put(values);
    out.write(bytes);
  }

  private static float[] readFloats(DataInputStream in, int count) throws IOException {
    byte[] bytes = new byte[4 * count];
    in.readFully(bytes);
    float[] values = new float[count];
    java.nio.ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
    return values;
  }
}
