package org.ldctbench.wandb.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.wandb.FakeBackend;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.api.SweepDraft;

@Timeout(30)
class AgentTest {
  @TempDir Path root;
  private FakeBackend server;
  private SweepApi api;
  private ServerSweep sweep;
  private final List<Map<String, Object>> launched = new ArrayList<>();
  private final List<String> notices = new ArrayList<>();
  private final AtomicInteger interrupts = new AtomicInteger();
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void aSweep() throws IOException, ServerException {
    server = new FakeBackend();
    api =
        new SweepApi(
            new Connection(server.settings(root, Map.of()), new Backoff(2, Duration.ofMillis(1))));
    sweep = api.create(new SweepDraft("me", "p", "", "", "method: random", "m")).sweep();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private int run(long count, String script) throws Exception {
    return run(
        new Agent.Limits(count, Duration.ofMillis(20), Duration.ofMillis(40), true, 5), script);
  }

  private int run(Agent.Limits limits, String script) throws Exception {
    RunLauncher launcher =
        (id, parameters) -> {
          launched.add(parameters);
          Process process = new ProcessBuilder("/bin/sh", "-c", script).start();
          processes.add(process);
          return process;
        };
    return new Agent(api, sweep, launcher, limits, interrupts::get, notices::add).run("host");
  }

  private static String start(String id) {
    return "[{\"type\":\"run\",\"run_id\":\""
        + id
        + "\",\"args\":{\"b\":{\"value\":1e-05},"
        + "\"a\":{\"value\":false}}}]";
  }

  @Test
  void runsWhatTheServerSaysUntilItSaysExit() throws Exception {
    server.commands.addAll(
        List.of(start("run00001"), "[]", start("run00002"), "[]", "[{\"type\":\"exit\"}]"));
    assertEquals(0, run(0, "exit 0"));
    assertEquals(2, launched.size());
    assertEquals(List.of("b", "a"), List.copyOf(launched.get(0).keySet()));
    assertEquals(1e-5, launched.get(0).get("b"));
  }

  @Test
  void tellsWhichRunsAreAlive() throws Exception {
    server.commands.addAll(List.of(start("run00001"), "[]", "[{\"type\":\"exit\"}]"));
    run(0, "exec sleep 60");
    JsonNode second = server.heartbeats.get(1);
    assertEquals("{\"run00001\":true}", second.get("runState").asText());
    processes.get(0).waitFor();
    assertTrue(!processes.get(0).isAlive(), "exit kills the children");
  }

  @Test
  void endsAfterItsCountOfRunsFailedOnesIncluded() throws Exception {
    server.commands.addAll(Collections.nCopies(200, start("run00001")));
    assertEquals(0, run(2, "exit 1"));
    assertEquals(2, launched.size());
  }

  @Test
  void givesUpAfterThreeEarlyFailures() throws Exception {
    server.commands.addAll(Collections.nCopies(200, start("run00001")));
    assertEquals(0, run(0, "exit 1"));
    assertEquals(3, launched.size());
    assertTrue(notices.get(notices.size() - 1).startsWith("giving up"), notices.toString());
  }

  @Test
  void aStopIsPoliteFirstAndFirmWhenItIsRepeated() throws Exception {
    String stop = "[{\"type\":\"stop\",\"run_id\":\"run00001\"}]";
    server.commands.addAll(List.of(start("run00001"), "[]", "[]", "[]"));
    server.commands.addAll(Collections.nCopies(40, stop));
    assertEquals(0, run(1, "trap '' TERM; while true; do sleep 0.01; done"));
    assertEquals(128 + 9, processes.get(0).exitValue());
  }

  @Test
  void aSweepThatIsGoneEndsWithStatusOne() throws Exception {
    int created = server.requests();
    server.faults = n -> n > created + 1 ? 404 : -1;
    assertEquals(1, run(0, "exit 0"));
  }

  @Test
  void anUnknownSweepIsRefused() {
    ServerException problem =
        assertThrows(ServerException.class, () -> api.find("me", "p", "nothing1"));
    assertEquals(404, problem.status());
  }

  @Test
  void aRunIdThatIsNoFileNameIsNotUsed() throws Exception {
    server.commands.addAll(List.of(start("../../evil"), "[{\"type\":\"exit\"}]"));
    run(0, "exit 0");
    assertEquals(List.of(), launched);
  }

  @Test
  void theFirstInterruptWaitsForTheRunAndStartsNoOther() throws Exception {
    server.commands.addAll(Collections.nCopies(200, start("run00001")));
    interrupts.set(1);
    assertEquals(0, run(0, "sleep 0.3; exit 7"));
    assertEquals(1, launched.size());
    assertEquals(7, processes.get(0).exitValue());
  }

  @ParameterizedTest
  @CsvSource({"2, 15", "3, 9"})
  void furtherInterruptsStopTheRunPolitelyAndThenFirmly(int times, int signal) throws Exception {
    server.commands.add(start("run00001"));
    interrupts.set(times);
    assertEquals(0, run(0, "exec sleep 60"));
    assertEquals(128 + signal, processes.get(0).exitValue());
  }

  @Test
  void aServerThatFailsForAWhileDoesNotEndTheAgent() throws Exception {
    int before = server.requests() + 1;
    server.faults = n -> n > before && n < before + 10 ? 500 : -1;
    server.commands.addAll(List.of(start("run00001"), "[]"));
    assertEquals(0, run(1, "exit 0"));
    assertEquals(1, launched.size());
    assertEquals(1, notices.stream().filter(line -> line.startsWith("no answer")).count());
  }

  @Test
  void failuresAfterASuccessDoNotEndItButManyWithoutOneDo() throws Exception {
    server.commands.addAll(Collections.nCopies(200, start("run00001")));
    Agent.Limits patient =
        new Agent.Limits(0, Duration.ofMillis(20), Duration.ofMillis(40), false, 5);
    assertEquals(0, run(patient, "exit 1"));
    assertEquals(5, launched.size());
    assertTrue(notices.get(notices.size() - 1).contains("5 of 5"), notices.toString());
  }

  @Test
  void theLimitsFollowTheVariables() {
    Agent.Limits usual = Agent.Limits.of(3, Map.of());
    assertEquals(
        new Agent.Limits(3, Duration.ofSeconds(5), Duration.ofSeconds(30), true, 5), usual);
    Agent.Limits set =
        Agent.Limits.of(
            0,
            Map.of(
                "WANDB_AGENT_KILL_DELAY", "7",
                "WANDB_AGENT_DISABLE_FLAPPING", "true",
                "WANDB_AGENT_MAX_INITIAL_FAILURES", "9"));
    assertEquals(new Agent.Limits(0, Duration.ofSeconds(5), Duration.ofSeconds(7), false, 9), set);
  }
}
