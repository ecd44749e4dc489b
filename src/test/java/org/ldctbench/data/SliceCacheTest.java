package org.ldctbench.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.SliceTable;

class SliceCacheTest {
  private static final int PIXELS = DataSets.ROWS * DataSets.COLUMNS;

  @TempDir Path folder;
  private final InfoFile info = DataSets.info();
  private Path data;
  private Path caches;

  @BeforeEach
  void writeDataSet() throws IOException {
    data = folder.resolve("data");
    caches = folder.resolve("caches");
    DataSets.write(info, data);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everySliceEqualsItsSource(int threads) throws IOException {
    try (SliceCache cache =
        SliceCache.open(info, data, EnumSet.allOf(Split.class), caches, threads, Progress.SILENT)) {
      assertEquals(16, cache.table().slices().size());
      assertEquals(0, cache.unusualRescale());
      for (Split split : Split.values()) {
        for (int p = 0; p < info.patients(split).size(); p++) {
          Patient patient = info.patients(split).get(p);
          for (int n = 1; n <= patient.slices(); n++) {
            int slice = cache.first(split, p) + n - 1;
            long low = DataSets.seed(patient, n, true);
            long high = DataSets.seed(patient, n, false);
            assertArrayEquals(DataSets.floats(PIXELS, low), cache.low(slice));
            assertArrayEquals(DataSets.floats(PIXELS, high), cache.high(slice));
          }
        }
      }
      requireEnginesCanMap(cache.table());
    }
  }

  private static void requireEnginesCanMap(SliceTable table) throws IOException {
    for (SliceTable.Slice slice : table.slices()) {
      assertEquals(DataSets.ROWS, slice.rows());
      assertEquals(DataSets.COLUMNS, slice.columns());
      assertFalse(slice.signed());
      assertEquals(0, slice.lowOffset() % 64);
      assertEquals(0, slice.highOffset() % 64);
      assertTrue(slice.highOffset() + 2L * PIXELS <= Files.size(table.file()));
    }
  }

  @Test
  void aPartOfTheDataSetHasItsOwnIndices() {
    Set<Split> some = EnumSet.of(Split.VAL, Split.TEST);
    try (SliceCache cache = SliceCache.open(info, data, some, caches, 1, Progress.SILENT)) {
      assertEquals(4, cache.table().slices().size());
      assertEquals(3, cache.first(Split.TEST, 0));
      long seed = DataSets.seed(info.test().get(0), 1, true);
      assertArrayEquals(DataSets.floats(PIXELS, seed), cache.low(3));
    }
  }

  @Test
  void theSecondTimeNoSourceIsRead() throws IOException {
    String built = CacheProcess.open(info, data, caches);
    Path file = DataSets.low(data, info.train().get(0), 1);
    FileTime time = Files.getLastModifiedTime(file);
    // Other pixels under the same size and time would be seen only if the file were read.
    byte[] content = Files.readAllBytes(file);
    content[content.length - 2] ^= 1;
    Files.write(file, content);
    Files.setLastModifiedTime(file, time);
    assertTrue(built.startsWith("built "));
    assertEquals(built.replace("built", "found"), CacheProcess.open(info, data, caches));
  }

  @Test
  void aChangedSourceIsReadAgain() throws IOException {
    String first = CacheProcess.open(info, data, caches);
    Path file = DataSets.high(data, info.train().get(1), 10);
    FileTime later = FileTime.from(Instant.now().plusSeconds(5));
    Files.setLastModifiedTime(file, later);
    assertEquals(first, CacheProcess.open(info, data, caches), "built again after a newer time");
    Files.write(file, new byte[2], StandardOpenOption.APPEND);
    Files.setLastModifiedTime(file, later);
    assertEquals(first, CacheProcess.open(info, data, caches), "built again after another size");
    DataSets.writeSlice(file, DataSets.ROWS, DataSets.COLUMNS, 99);
    String changed = CacheProcess.open(info, data, caches);
    assertTrue(changed.startsWith("built "));
    assertFalse(changed.equals(first));
    assertTrue(CacheProcess.open(info, data, caches).startsWith("found "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"emptied", "shortened", "cut in its header", "damaged", "foreign"})
  void aCacheThatIsNotWholeIsBuiltAgain(String damage) throws IOException {
    String first = CacheProcess.open(info, data, caches);
    Path file = onlyFile(".slices");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      switch (damage) {
        case "emptied" -> channel.truncate(0);
        case "shortened" -> channel.truncate(channel.size() - 64 * 4);
        case "cut in its header" -> channel.truncate(40);
        case "damaged" -> channel.write(ByteBuffer.wrap(new byte[] {7, 7, 7}), 90);
        default -> channel.write(StandardCharsets.US_ASCII.encode("SQLite format 3"), 0);
      }
    }
    assertEquals(first, CacheProcess.open(info, data, caches));
  }

  @Test
  void twoProcessesAndTwoThreadsBuildOneCache() throws Exception {
    Path infoFile = folder.resolve("info.yml");
    info.write(infoFile);
    Path start = folder.resolve("start");
    List<Process> processes = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 2; i++) {
        processes.add(startProcess(infoFile, start));
      }
      Files.createFile(start);
      List<Future<String>> local = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        local.add(threads.submit(() -> CacheProcess.open(info, data, caches)));
      }
      for (Future<String> one : local) {
        answers.add(one.get(60, TimeUnit.SECONDS));
      }
      for (Process process : processes) {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "process ended");
        answers.add(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
      threads.shutdownNow();
    }
    assertEquals(1, answers.stream().filter(a -> a.startsWith("built ")).count(), "" + answers);
    assertEquals(
        1, answers.stream().map(a -> a.substring(6).strip()).distinct().count(), "" + answers);
    assertEquals(2, files().count(), "the cache and its lock");
  }

  private Process startProcess(Path infoFile, Path start) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CacheProcess.class.getName(),
            infoFile.toString(),
            data.toString(),
            caches.toString(),
            start.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void missingSlicesAreCountedAndTheFirstIsNamed() throws IOException {
    Path first = DataSets.low(data, info.train().get(1), 4);
    Files.delete(first);
    Files.delete(DataSets.high(data, info.val().get(0), 2));
    UserException refused = refused(info);
    assertEquals(ExitCode.DATA, refused.code());
    assertTrue(refused.getMessage().contains(first + ": missing (2 of 32"), refused.getMessage());
  }

  @Test
  void aDamagedSliceIsNamedAndLeavesNoCache() throws IOException {
    Path file = DataSets.low(data, info.train().get(1), 4);
    Files.write(file, new byte[0]);
    UserException refused = refused(info);
    assertEquals(ExitCode.DATA, refused.code());
    assertTrue(refused.getMessage().startsWith(file + ": is empty"), refused.getMessage());
    assertEquals(List.of(".lock"), files().map(SliceCacheTest::suffix).toList());
  }

  @Test
  void partnersOfDifferentSizeAreNamed() throws IOException {
    Path file = DataSets.high(data, info.train().get(0), 2);
    DataSets.writeSlice(file, DataSets.ROWS + 1, DataSets.COLUMNS, 3);
    UserException refused = refused(info);
    assertEquals(ExitCode.DATA, refused.code());
    assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains("13 x 9"), refused.getMessage());
  }

  @Test
  void aFolderThatCannotBeWrittenNamesTheVariableToSet() throws IOException {
    Files.writeString(caches, "a file where the folder should be");
    UserException refused = refused(info);
    assertEquals(ExitCode.OUTPUT, refused.code());
    assertTrue(refused.getMessage().contains("LDCTBENCH_CACHE"), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"./../elsewhere", "/etc", "./a/../../b", "./nul\0"})
  void aPatientOutsideTheDataFolderIsRefused(String path) {
    Patient escaped = new Patient("C001", "./ct/C001/low", path, 1);
    UserException refused =
        refused(new InfoFile(0, 1, 0, 1, false, List.of(escaped), List.of(), List.of()));
    assertEquals(ExitCode.CONFIG, refused.code());
    assertTrue(refused.getMessage().contains("patient C001"), refused.getMessage());
  }

  @Test
  void slicesWithAnUnusualRescaleAreCounted() throws IOException {
    for (int number : new int[] {1, 2, 5}) {
      Path file = DataSets.low(data, info.train().get(1), number);
      byte[] content = Files.readAllBytes(file);
      String text = new String(content, StandardCharsets.ISO_8859_1);
      int intercept = text.indexOf("-1024");
      content[intercept + 1] = '2';
      Files.write(file, content);
    }
    try (SliceCache cache =
        SliceCache.open(info, data, EnumSet.of(Split.TRAIN), caches, 2, Progress.SILENT)) {
      assertEquals(3, cache.unusualRescale());
    }
    try (SliceCache again =
        SliceCache.open(info, data, EnumSet.of(Split.TRAIN), caches, 2, Progress.SILENT)) {
      assertEquals(3, again.unusualRescale());
    }
  }

  @Test
  void theCacheStandsWhereTheEnvironmentSays() {
    assertEquals(Path.of("/a"), SliceCache.defaultFolder(Map.of("LDCTBENCH_CACHE", "/a")));
    assertEquals(
        Path.of("/b/ldctbench"),
        SliceCache.defaultFolder(Map.of("LDCTBENCH_CACHE", "", "XDG_CACHE_HOME", "/b")));
    assertEquals(
        Path.of(System.getProperty("user.home"), ".cache", "ldctbench"),
        SliceCache.defaultFolder(Map.of()));
  }

  private UserException refused(InfoFile info) {
    return assertThrows(
        UserException.class,
        () -> SliceCache.open(info, data, EnumSet.allOf(Split.class), caches, 2, Progress.SILENT));
  }

  private Path onlyFile(String ending) throws IOException {
    List<Path> found = files().filter(f -> f.toString().endsWith(ending)).toList();
    assertEquals(1, found.size());
    return found.get(0);
  }

  private Stream<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(caches)) {
      return all.toList().stream();
    }
  }

  private static String suffix(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.'));
  }
}
