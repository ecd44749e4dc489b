package org.ldctbench.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.common.UserException;

class JournalTest {
  @TempDir Path folder;

  private void twoRuns(Journal journal) {
    journal.append(
        new JournalEvent.SweepCreated("t", "abcdefgh", 7, null, Map.of("datafolder", "/d")));
    journal.append(new JournalEvent.RunStarted("t", "r1", 1, Map.of("x", 1e-5, "n", 3L), false));
    journal.append(new JournalEvent.Epoch("r1", 10, Map.of("loss", 2.0)));
    journal.append(new JournalEvent.Epoch("r1", 20, Map.of("loss", Double.NaN)));
    journal.append(
        new JournalEvent.RunEnded(
            "t",
            "r1",
            RunState.FINISHED,
            Map.of(),
            Map.of("loss", 2.0),
            Map.of(),
            "/f",
            "n",
            1.5,
            ""));
    journal.append(new JournalEvent.RunStarted("t", "r2", 2, Map.of("x", 0.5, "n", 4L), false));
    journal.append(new JournalEvent.Epoch("r2", 10, Map.of("loss", 5.0)));
  }

  @Test
  void replayGivesBackWhatWasRecorded() {
    try (Journal journal = Journal.open(folder)) {
      twoRuns(journal);
    }
    SweepState state = Journal.read(folder);
    assertEquals(7, state.seed());
    assertEquals(Map.of("datafolder", "/d"), state.fixed());
    assertEquals(Optional.empty(), state.wantedRuns());
    SweepRun first = state.runs().get(0);
    assertEquals(RunState.FINISHED, first.state());
    assertEquals(1e-5, first.parameters().get("x"));
    assertEquals(Optional.of(Path.of("/f")), first.folder());
    assertEquals(2, first.history("loss").length);
    assertTrue(Double.isNaN(first.history("loss")[1]));
    assertEquals(RunState.RUNNING, state.runs().get(1).state());
    assertEquals("r1", state.best(Metric.of("loss", false)).orElseThrow().id());
  }

  @Test
  void aTornLastLineIsCutOffWhereverItTears() throws IOException {
    try (Journal journal = Journal.open(folder)) {
      twoRuns(journal);
    }
    Path file = folder.resolve(Journal.FILE);
    byte[] whole = Files.readAllBytes(file);
    List<String> lines = Files.readAllLines(file);
    int last = lines.get(lines.size() - 1).length();
    for (int cut = 1; cut <= last; cut++) {
      Files.write(file, java.util.Arrays.copyOf(whole, whole.length - cut));
      try (Journal journal = Journal.open(folder)) {
        assertEquals(0, journal.state().runs().get(1).history("loss").length);
        journal.append(new JournalEvent.Epoch("r2", 10, Map.of("loss", 5.0)));
      }
      assertEquals(lines, Files.readAllLines(file));
    }
  }

  @Test
  void aDamagedLineInTheMiddleIsReportedWithItsNumber() throws IOException {
    try (Journal journal = Journal.open(folder)) {
      twoRuns(journal);
    }
    Path file = folder.resolve(Journal.FILE);
    String text = Files.readString(file).replaceFirst("\"run_started\"", "\"run_sta");
    Files.writeString(file, text, StandardOpenOption.TRUNCATE_EXISTING);
    UserException error = assertThrows(UserException.class, () -> Journal.open(folder));
    assertTrue(error.getMessage().contains("journal.jsonl:2"), error.getMessage());
  }

  @Test
  void manyEventsAtOnceAreRecordedAsIfOneByOne() throws IOException {
    List<JournalEvent.Epoch> rows =
        java.util.stream.LongStream.rangeClosed(1, 1000)
            .mapToObj(i -> new JournalEvent.Epoch("r1", i, Map.of("loss", 1.0 / i)))
            .toList();
    Path together = Files.createDirectory(folder.resolve("together"));
    Path single = Files.createDirectory(folder.resolve("single"));
    JournalEvent start = new JournalEvent.RunStarted("t", "r1", 1, Map.of(), false);
    try (Journal one = Journal.open(single);
        Journal all = Journal.open(together)) {
      one.append(start);
      rows.forEach(one::append);
      all.append(start);
      all.append(rows);
      assertEquals(1000, all.state().runs().get(0).history("loss").length);
    }
    assertEquals(
        Files.readString(single.resolve(Journal.FILE)),
        Files.readString(together.resolve(Journal.FILE)));
  }

  @Test
  void aSecondHolderIsRefused() {
    try (Journal journal = Journal.open(folder)) {
      twoRuns(journal);
      UserException error = assertThrows(UserException.class, () -> Journal.open(folder));
      assertTrue(error.getMessage().contains("in use"), error.getMessage());
      assertEquals(2, journal.state().runs().size());
    }
  }

  @Test
  void aRepeatedAttemptReplacesTheEpochsOfTheEarlierOne() {
    try (Journal journal = Journal.open(folder)) {
      twoRuns(journal);
      journal.append(new JournalEvent.RunStarted("t", "r2", 2, Map.of(), false));
      journal.append(new JournalEvent.Epoch("r2", 10, Map.of("loss", 4.0)));
      journal.append(new JournalEvent.Epoch("r2", 20, Map.of("loss", 3.0)));
      SweepRun second = journal.state().runs().get(1);
      assertEquals(
          List.of(4.0, 3.0), java.util.Arrays.stream(second.history("loss")).boxed().toList());
    }
  }
}
