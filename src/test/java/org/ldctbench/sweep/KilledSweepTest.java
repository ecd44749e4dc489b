package org.ldctbench.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledSweepTest {
  private static final int RUNS = 12;
  private static final int KILLS = 10;

  @TempDir Path root;

  @Test
  void aSweepKilledTenTimesEndsWithTheRunsOfOneThatWasNot() throws Exception {
    Path killed = prepare("sweep-aaaaaaaa", "aaaaaaaa");
    killTenTimes(killed, 1);

    Path whole = prepare("sweep-bbbbbbbb", "aaaaaaaa");
    try (Journal journal = Journal.open(whole)) {
      assertEquals(SweepRunner.End.RUNS_DONE, SweepProcess.run(whole, journal, RUNS, 0, 1));
    }
    assertEquals(results(whole), results(killed));
    assertEquals(RUNS, results(killed).size());
    noRunEndsTwice(killed);
  }

  @Test
  void aSweepOfFourAtOnceKilledTenTimesEndsWithEveryRunOnce() throws Exception {
    Path killed = prepare("sweep-cccccccc", "cccccccc");
    killTenTimes(killed, 4);
    List<SweepRun> runs = Journal.read(killed).runs();
    assertEquals(RUNS, runs.size());
    for (int i = 0; i < RUNS; i++) {
      assertEquals(i + 1, runs.get(i).number());
      assertTrue(runs.get(i).state().ended(), runs.get(i).id());
      assertEquals(
          runs.get(i).state().succeeded() ? 3 : 0, runs.get(i).history("loss").length, "epochs");
    }
    assertEquals(RUNS, runs.stream().map(SweepRun::parameters).distinct().count());
    noRunEndsTwice(killed);
  }

  private static void killTenTimes(Path killed, int parallel) throws Exception {
    Random random = new Random(7);
    int cutShort = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(killed, 15L * parallel, parallel);
      waitForGrowth(killed, process);
      process.waitFor(random.nextInt(150), TimeUnit.MILLISECONDS);
      cutShort += process.isAlive() ? 1 : 0;
      process.destroyForcibly().waitFor();
    }
    assertTrue(cutShort >= KILLS / 2, "killed alive " + cutShort + " times");
    assertEquals(0, start(killed, 0, parallel).waitFor());
  }

  private Path prepare(String name, String id) throws IOException {
    Path folder = Files.createDirectory(root.resolve(name));
    Files.writeString(folder.resolve(SweepFolder.CONFIG), SweepProcess.CONFIG);
    try (Journal journal = Journal.open(folder)) {
      journal.append(new JournalEvent.SweepCreated("now", id, 3, (long) RUNS, Map.of()));
    }
    return folder;
  }

  private static Process start(Path folder, long epochMillis, int parallel) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            SweepProcess.class.getName(),
            folder.toString(),
            String.valueOf(RUNS),
            String.valueOf(epochMillis),
            String.valueOf(parallel))
        .inheritIO()
        .start();
  }

  /** Until the process does something, so that it is not killed while the machine loads it. */
  private static void waitForGrowth(Path folder, Process process) throws Exception {
    Path file = folder.resolve(Journal.FILE);
    long size = Files.size(file);
    while (process.isAlive() && Files.size(file) == size) {
      process.waitFor(2, TimeUnit.MILLISECONDS);
    }
  }

  private static Map<String, List<Object>> results(Path folder) {
    Map<String, List<Object>> results = new HashMap<>();
    for (SweepRun run : Journal.read(folder).runs()) {
      results.put(
          run.id(),
          List.of(run.number(), run.state(), run.parameters(), run.outcome().orElseThrow().best()));
    }
    return results;
  }

  private static void noRunEndsTwice(Path folder) throws IOException {
    Set<String> ended = new HashSet<>();
    for (String line : Files.readAllLines(folder.resolve(Journal.FILE))) {
      if (line.contains("\"run_ended\"")) {
        String run = line.replaceAll(".*\"run\":\"([a-z0-9]{8})\".*", "$1");
        assertTrue(ended.add(run), run + " ended twice");
      }
    }
  }
}
