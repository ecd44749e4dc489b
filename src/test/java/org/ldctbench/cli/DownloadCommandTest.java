package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.download.Retry;
import picocli.CommandLine;

class DownloadCommandTest {
  private static final String LOW = "1.2.840.1.40418";
  private static final String FULL = "1.2.840.1.44048";
  private static final String STUDY = "LDCT-and-Projection-data/C095/12-23-2021-NA-NA-41601/";
  private static final String LOW_FOLDER = STUDY + "1.000000-Low Dose Images-40418";
  private static final String FULL_FOLDER = STUDY + "2.000000-Full dose images-44048";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private FakeArchive archive;
  private Path data;

  @BeforeEach
  void twoSeries() throws IOException {
    archive = new FakeArchive();
    data = folder.resolve("data");
    byte[] low = FakeArchive.zip("1-1.dcm", "low one", "1-2.dcm", "low two", "LICENSE", "CC BY");
    archive.add(LOW, "1", "Low Dose Images", "C095", low, 2);
    byte[] full = FakeArchive.zip("1-1.dcm", "full one", "LICENSE", "CC BY");
    archive.add(FULL, "2.000000", "Full dose images", "C095", full, 1);
  }

  @AfterEach
  void stop() {
    archive.close();
  }

  @Test
  void twoSeriesComeEndToEnd() throws IOException {
    assertEquals(0, download(LOW, FULL), err.toString());
    assertEquals("low two", text(LOW_FOLDER + "/1-2.dcm"));
    assertEquals("CC BY", text(LOW_FOLDER + "/LICENSE"));
    assertEquals("full one", text(FULL_FOLDER + "/1-1.dcm"));
    assertEquals(data + ": 2 series downloaded, 0 there already, 0 failed\n", out.toString());
    List<String> table = Files.readAllLines(data.resolve("metadata.csv"));
    assertEquals(3, table.size());
    assertTrue(table.get(0).startsWith("\"Series UID\",\"Subject ID\""), table.get(0));
    assertTrue(table.get(2).contains("\"A, \"\"B\"\"\""), table.get(2));
    assertFalse(Files.exists(data.resolve(".download")));
  }

  @Test
  void runAgainNothingIsAskedFor() throws IOException {
    download(LOW, FULL);
    archive.requests.clear();
    assertEquals(0, download(LOW, FULL));
    assertEquals(List.of(), archive.requests);
    assertTrue(out.toString().contains("0 series downloaded, 2 there already"), out.toString());
  }

  @Test
  void aSeriesThatLostAFileIsReplaced() throws IOException {
    download(LOW, FULL);
    Files.delete(data.resolve(LOW_FOLDER + "/1-2.dcm"));
    Files.writeString(data.resolve(LOW_FOLDER + "/old.txt"), "left over");
    archive.requests.clear();
    assertEquals(0, download(LOW, FULL));
    assertEquals(List.of("token", "getSeriesMetaData " + LOW, "getImage " + LOW), archive.requests);
    assertEquals("low two", text(LOW_FOLDER + "/1-2.dcm"));
    assertFalse(Files.exists(data.resolve(LOW_FOLDER + "/old.txt")));
  }

  @Test
  void tablesOfTheOriginalAreAcceptedAndLoseTheirIndexColumns() throws IOException {
    download(LOW, FULL);
    Files.writeString(
        data.resolve("metadata.csv"),
        ",Unnamed: 0.1,Unnamed: 0,Series UID,Subject ID,Study UID,Study Date,Series Description,"
            + "Series Number,Number of Images\n"
            + "0,0,0.0,"
            + LOW
            + ",C095,1.2.840.941601,12-23-2021,Low Dose Images,1.0,2\n");
    archive.requests.clear();
    assertEquals(0, download(LOW, FULL));
    assertFalse(archive.requests.contains("getImage " + LOW));
    assertTrue(archive.requests.contains("getImage " + FULL));
    String table = text("metadata.csv");
    assertFalse(table.contains("Unnamed"), table);
    assertEquals(3, table.lines().count());
  }

  @Test
  void aWrongPasswordIsSaidAndNotShown() throws IOException {
    assertEquals(ExitCode.USAGE.code(), run("--password", "guess77", LOW));
    assertEquals(
        "TCIA refused the log-in (401); check --username and --password\n", err.toString());
    assertEquals(List.of("token"), archive.requests);
    assertFalse((out.toString() + err).contains("guess77"));
  }

  @Test
  void anEmptyPasswordIsUsage() throws IOException {
    assertEquals(ExitCode.USAGE.code(), run("--password", "", LOW));
    assertTrue(err.toString().contains("LDCTBENCH_TCIA_PASSWORD"), err.toString());
  }

  @Test
  @DisabledIfEnvironmentVariable(named = DownloadCommand.PASSWORD_VARIABLE, matches = ".+")
  void withoutAnyPasswordItIsUsage() {
    assertEquals(ExitCode.USAGE.code(), execute("--manifest", "no-such.tcia"));
    assertTrue(err.toString().startsWith("a TCIA account is needed"), err.toString());
  }

  @Test
  void faultsThatPassAreTriedAgain() throws IOException {
    archive.faults = n -> n % 3 == 0 ? 0 : n % 3 == 1 ? 500 : 429;
    assertEquals(0, download(LOW), err.toString());
    assertEquals(9, archive.requests.size());
    assertEquals("low one", text(LOW_FOLDER + "/1-1.dcm"));
  }

  @Test
  void aServiceThatStaysDownEndsTheDownloadAndKeepsWhatCame() throws IOException {
    archive.faults = n -> n > 3 ? 503 : 0;
    assertEquals(ExitCode.DATA.code(), download(LOW, FULL));
    assertEquals(3 + 3, archive.requests.size());
    assertTrue(err.toString().contains("answered 503; run again"), err.toString());
    assertEquals("low one", text(LOW_FOLDER + "/1-1.dcm"));
    assertTrue(text("metadata.csv").contains(LOW));
  }

  @Test
  void aTokenThatRanOutIsRenewed() throws IOException {
    archive.faults =
        n -> {
          if (n == 3) {
            archive.expireTokens();
          }
          return 0;
        };
    assertEquals(0, download(LOW, FULL), err.toString());
    assertEquals(2, archive.requests.stream().filter("token"::equals).count());
  }

  @Test
  void aTruncatedZipIsTriedAgainAndLeavesNothing() throws IOException {
    byte[] whole = archive.zips.get(LOW);
    archive.zips.put(LOW, Arrays.copyOf(whole, whole.length / 2));
    refused(": its zip file arrives damaged");
    assertEquals(3, archive.requests.stream().filter(("getImage " + LOW)::equals).count());
  }

  @Test
  void aFlippedBitIsFound() throws IOException {
    byte[] stored = archive.zips.get(LOW).clone();
    stored[30 + "1-1.dcm".length() + 2] ^= 1;
    archive.zips.put(LOW, stored);
    refused(": its zip file arrives damaged");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../1-2.dcm", "/tmp/ldct-slip/1-2.dcm", "a/../../1-2.dcm", "..\\1-2.dcm"})
  void namesThatLeaveTheFolderAreRefused(String name) throws IOException {
    archive.zips.put(LOW, FakeArchive.zip("1-1.dcm", "low", name, "evil"));
    refused(": refused, a name in its zip file leads out of the folder");
    try (Stream<Path> all = Files.walk(folder)) {
      assertTrue(all.noneMatch(file -> file.getFileName().toString().endsWith("1-2.dcm")));
    }
  }

  @Test
  void aZipWithTooFewSlicesIsRefused() throws IOException {
    archive.zips.put(LOW, FakeArchive.zip("1-1.dcm", "low one"));
    refused(": its zip file holds 1 DICOM files instead of 2");
  }

  @ParameterizedTest
  @CsvSource({"../C095, Subject ID", ".., Subject ID", "'', Subject ID"})
  void hostileMetadataNamesNoFolder(String patient, String field) throws IOException {
    archive.add(LOW, "1", "Low Dose Images", patient, archive.zips.get(LOW), 2);
    refused(field);
  }

  @Test
  void anUnknownSeriesDoesNotStopTheOthers() throws IOException {
    archive.metadata.remove(LOW);
    refused(": the service knows no such series");
  }

  @ParameterizedTest
  @CsvSource({
    "'1.2.3\n1.2.4\n', line 1 is not a header line",
    "'a\nb\nc\nd\ne\nf=\n1.2.3\nhello\n', line 8 is not a series UID",
    "'a\nb\nc\nd\ne\nf=\n1.2/../3\n', line 7 is not a series UID",
    "'a\nb\nc\nd\ne\nf=\n', no series UID",
  })
  void aMalformedManifestIsNamedWithItsLine(String text, String message) throws IOException {
    Path manifest = folder.resolve("bad.tcia");
    Files.writeString(manifest, text);
    int code = execute("--manifest", manifest.toString(), "--password", FakeArchive.PASSWORD);
    assertEquals(ExitCode.DATA.code(), code);
    assertTrue(err.toString().startsWith(manifest + ": " + message), err.toString());
    assertEquals(List.of(), archive.requests);
  }

  @Test
  void withoutAManifestItIsSaidWhereToGetOne() {
    assertEquals(ExitCode.USAGE.code(), execute("--password", FakeArchive.PASSWORD));
    assertTrue(err.toString().contains("assets/manifest.tcia; get one from TCIA"), err.toString());
  }

  /** The first series fails with a message, leaving nothing; the second one comes. */
  private void refused(String message) throws IOException {
    assertEquals(ExitCode.DATA.code(), download(LOW, FULL));
    assertTrue(err.toString().startsWith("series " + LOW + ": "), err.toString());
    assertTrue(err.toString().contains(message), err.toString());
    assertFalse(Files.exists(data.resolve(LOW_FOLDER)));
    assertFalse(Files.exists(data.resolve(".download")));
    assertFalse(text("metadata.csv").contains(LOW));
    assertEquals("full one", text(FULL_FOLDER + "/1-1.dcm"));
  }

  private int download(String... uids) throws IOException {
    return run("--password", FakeArchive.PASSWORD, uids);
  }

  private int run(String option, String password, String... uids) throws IOException {
    Path manifest = folder.resolve("manifest.tcia");
    Files.writeString(
        manifest,
        "downloadServerUrl=https://example.org/\nincludeAnnotation=true\nnoOfrRetry=4\n"
            + "databasketId=manifest.tcia\nmanifestVersion=3.0\nListOfSeriesToDownload=\n"
            + String.join("\n", uids));
    return execute("--manifest", manifest.toString(), option, password);
  }

  private int execute(String... args) {
    String[] all = Arrays.copyOf(args, args.length + 5);
    List<String> rest = List.of("--savedir", data.toString(), "--username", "me", "--quiet");
    System.arraycopy(rest.toArray(), 0, all, args.length, rest.size());
    DownloadCommand command =
        new DownloadCommand(archive.addresses(), new Retry(3, Duration.ofMillis(1)));
    return new CommandLine(command)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (problem, line, parsed) -> {
              if (problem instanceof UserException user) {
                line.getErr().println(user.getMessage());
                return user.code().code();
              }
              throw problem;
            })
        .execute(all);
  }

  private String text(String file) throws IOException {
    return Files.readString(data.resolve(file));
  }
}
