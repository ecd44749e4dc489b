package org.ldctbench.wandb.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.wandb.proto.OutputRawRecord;
import org.ldctbench.wandb.proto.Record;

class TransactionLogTest {
  @TempDir Path folder;

  /**
   * Run {@code abcd1234} of project {@code p}: lr 0.1, one row, summary, exit 0. Accepted by the
   * W&B client 0.30.0.
   */
  private static final byte[] MINIMAL_RUN =
      HexFormat.of()
          .parseHex(
              "3a572642e1be00dc811644200001"
                  + "0801"
                  + "8a011b0a086162636431323334"
                  + "1a0170220c0a0a0a026c72820103302e31bf4acaea1f0001"
                  + "0802"
                  + "121b0a0b0a055f7374657082010130"
                  + "0a0c0a045353494d820103302e35"
                  + "6e4e25ab1200010803"
                  + "1a0e0a0c0a045353494d820103302e35"
                  + "4ff30022050001"
                  + "0804920100");

  @Test
  void aLogOfTheOriginalClientIsRead() throws IOException {
    Path file = Files.write(folder.resolve("run-abcd1234.wandb"), MINIMAL_RUN);
    try (RunReader run = RunReader.open(file)) {
      assertEquals("abcd1234", run.run().getRunId());
      assertEquals("p", run.run().getProject());
      assertEquals(0.1, run.config().get("lr").doubleValue());
      assertEquals("[{\"_step\":0,\"SSIM\":0.5}]", JsonValues.write(run.history()));
      assertEquals("{\"SSIM\":0.5}", JsonValues.write(run.summary()));
      assertEquals(0, run.exitCode().orElseThrow());
      assertEquals("", run.problem());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void recordsOfAnySizeComeBackAsTheyWereWritten(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    Path file = folder.resolve("run-a.wandb");
    try (TransactionLogWriter writer = TransactionLogWriter.create(file, "a")) {
      for (int i = 0; i < 60; i++) {
        // Ends a few bytes around the block's end, whose last 0 to 7 bytes are special.
        long left = LogFormat.BLOCK - Files.size(file) % LogFormat.BLOCK;
        int size =
            switch (random.nextInt(4)) {
              case 0 -> (int) Math.max(0, left - 30 + random.nextInt(24));
              case 1 -> random.nextInt(50);
              case 2 -> random.nextInt(100_000);
              default -> random.nextInt(3) * LogFormat.BLOCK;
            };
        texts.add("x".repeat(size));
        writer.append(console(texts.get(i)));
      }
    }
    assertEquals(texts, readTexts(file));
    assertEquals(60, countWithIndependentParser(Files.readAllBytes(file)));
  }

  @Test
  void everyRemainderAtABlockEndIsRead() throws IOException {
    long guess = sizeOfLog(folder.resolve("guess.wandb"), 32_000);
    for (int remainder = 0; remainder < 12; remainder++) {
      Path file = folder.resolve("run-" + remainder + ".wandb");
      int text = (int) (32_000 + LogFormat.BLOCK - remainder - guess);
      assertEquals(LogFormat.BLOCK - remainder, sizeOfLog(file, text));
      Files.delete(file);
      List<String> texts = List.of("y".repeat(text), "z", "w".repeat(40_000));
      try (TransactionLogWriter writer = TransactionLogWriter.create(file, "a")) {
        for (String line : texts) {
          writer.append(console(line));
        }
      }
      assertEquals(texts, readTexts(file));
      assertEquals(3, countWithIndependentParser(Files.readAllBytes(file)));
    }
  }

  private static long sizeOfLog(Path file, int textLength) throws IOException {
    try (TransactionLogWriter writer = TransactionLogWriter.create(file, "a")) {
      writer.append(console("y".repeat(textLength)));
    }
    return Files.size(file);
  }

  @Test
  void aLogCutAtAnyByteKeepsTheRecordsBeforeTheCut() throws IOException {
    Path file = folder.resolve("run-a.wandb");
    List<Long> ends = new ArrayList<>();
    try (TransactionLogWriter writer = TransactionLogWriter.create(file, "a")) {
      for (int i = 0; i < 8; i++) {
        writer.append(console("line " + i + "\n"));
        ends.add(Files.size(file));
      }
    }
    byte[] whole = Files.readAllBytes(file);
    Path cut = folder.resolve("cut.wandb");
    for (int length = 0; length <= whole.length; length++) {
      Files.write(cut, java.util.Arrays.copyOf(whole, length));
      long size = length;
      long expected = ends.stream().filter(end -> end <= size).count();
      try (TransactionLogReader reader = TransactionLogReader.open(cut)) {
        long count = 0;
        while (reader.poll().isPresent()) {
          count++;
        }
        assertEquals(expected, count, "cut at " + length);
        boolean betweenRecords =
            length == 0 || length == LogFormat.FILE_HEADER_BYTES || ends.contains(size);
        assertEquals(betweenRecords, reader.problem().isEmpty(), "cut at " + length);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aFlippedBitStopsReadingThereWithAClearWord(long seed) throws IOException {
    Path file = folder.resolve("run-a.wandb");
    List<Long> ends = new ArrayList<>();
    try (TransactionLogWriter writer = TransactionLogWriter.create(file, "a")) {
      for (int i = 0; i < 20; i++) {
        writer.append(console("line " + i));
        ends.add(Files.size(file));
      }
    }
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(seed);
    for (int trial = 0; trial < 50; trial++) {
      int at = LogFormat.FILE_HEADER_BYTES + random.nextInt(whole.length - 7);
      byte[] bad = whole.clone();
      bad[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bad);
      long before = ends.stream().filter(end -> end <= at).count();
      try (TransactionLogReader reader = TransactionLogReader.open(file)) {
        long count = 0;
        while (reader.poll().isPresent()) {
          count++;
        }
        assertEquals(before, count);
        assertTrue(reader.problem().matches(".* (is damaged at|ends within the record at) byte.*"));
      }
    }
  }

  @Test
  void aGrowingLogIsFollowedByteByByte() throws IOException {
    Path file = folder.resolve("run-a.wandb");
    try (TransactionLogWriter writer = TransactionLogWriter.create(file, "a")) {
      writer.append(console("one"));
      writer.append(console("x".repeat(70_000)));
      writer.append(console("three"));
    }
    byte[] whole = Files.readAllBytes(file);
    Path growing = Files.createFile(folder.resolve("growing.wandb"));
    List<String> seen = new ArrayList<>();
    try (TransactionLogReader reader = TransactionLogReader.open(growing);
        RandomAccessFile out = new RandomAccessFile(growing.toFile(), "rw")) {
      for (int from = 0; from < whole.length; from += 777) {
        out.write(whole, from, Math.min(777, whole.length - from));
        for (Optional<Record> r = reader.poll(); r.isPresent(); r = reader.poll()) {
          seen.add(r.get().getOutputRaw().getLine());
        }
      }
      assertEquals("", reader.problem());
    }
    assertEquals(List.of("one", "x".repeat(70_000), "three"), seen);
  }

  @Test
  void somethingElseIsNotTakenForALog() throws IOException {
    Path file = Files.writeString(folder.resolve("x.wandb"), "PK\3\4 something");
    try (TransactionLogReader reader = TransactionLogReader.open(file)) {
      assertTrue(reader.poll().isEmpty());
      assertTrue(reader.problem().contains("is not a W&B transaction log"), reader.problem());
    }
  }

  @Test
  void theWriterMakesTheFileHeaderOfTheFormat() throws IOException {
    Path file = folder.resolve("run-a.wandb");
    TransactionLogWriter.create(file, "a").close();
    assertArrayEquals(HexFormat.of().parseHex("3a572642e1be00"), Files.readAllBytes(file));
  }

  private static Record.Builder console(String text) {
    return Record.newBuilder().setOutputRaw(OutputRawRecord.newBuilder().setLine(text));
  }

  private static List<String> readTexts(Path file) throws IOException {
    List<String> texts = new ArrayList<>();
    try (TransactionLogReader reader = TransactionLogReader.open(file)) {
      for (Optional<Record> r = reader.poll(); r.isPresent(); r = reader.poll()) {
        texts.add(r.get().getOutputRaw().getLine());
      }
      assertEquals("", reader.problem());
    }
    return texts;
  }

  /** Walks the chunks as the format's description says, without the classes under test. */
  private static int countWithIndependentParser(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(7);
    int records = 0;
    boolean open = false;
    while (in.hasRemaining()) {
      int left = 32768 - in.position() % 32768;
      if (left < 7) {
        for (int i = 0; i < left; i++) {
          assertEquals(0, in.get());
        }
        continue;
      }
      int checksum = in.getInt();
      int length = in.getShort() & 0xffff;
      CRC32 crc = new CRC32();
      crc.update(bytes, in.position(), 1 + length);
      assertEquals(checksum, (int) crc.getValue());
      int type = in.get();
      assertEquals(open, type == 3 || type == 4);
      open = type == 2 || type == 3;
      records += open ? 0 : 1;
      in.position(in.position() + length);
      assertTrue((in.position() - 1) / 32768 == (in.position() - 1 - length) / 32768);
    }
    return records;
  }
}
