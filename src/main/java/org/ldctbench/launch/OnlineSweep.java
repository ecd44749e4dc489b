package org.ldctbench.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ldctbench.common.UserException;
import org.ldctbench.sweep.GuestRuns;
import org.ldctbench.sweep.Guests;
import org.ldctbench.sweep.Metric;
import org.ldctbench.sweep.SweepFolder;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.api.SweepDraft;
import org.ldctbench.wandb.settings.Mode;
import org.ldctbench.wandb.settings.WandbSettings;
import org.ldctbench.wandb.sync.Destination;
import org.ldctbench.wandb.sync.RunSync;
import org.ldctbench.wandb.sync.SweepRegistry;
import org.ldctbench.wandb.sync.SweepSync;

/**
 * A sweep of our searcher as the W&B server shows it while it goes on. A server that refuses or is
 * not there never stops the sweep: it is told once, and the sweep can be sent later.
 */
public final class OnlineSweep {
  /** About a quarter of a minute: a sweep does not wait for its dashboard. */
  private static final Backoff BRIEF = new Backoff(4, Duration.ofSeconds(2));

  /** As often as agents ask the server. */
  private static final Duration AGENTS_INTERVAL = Duration.ofSeconds(5);

  private final WandbSettings settings;
  private final Connection connection;
  private final SweepApi api;
  private final Consumer<String> notices;
  private ServerSweep sweep;

  private OnlineSweep(WandbSettings settings, Consumer<String> notices) {
    this.settings = settings;
    this.notices = notices;
    this.connection = new Connection(settings, BRIEF);
    this.api = new SweepApi(connection);
  }

  /**
   * Creates a sweep at the server.
   *
   * @param fixed value by name of the parameters that are fixed
   * @return nothing where the settings say offline, or the server refuses
   */
  public static Optional<OnlineSweep> create(
      WandbSettings settings, Path config, Map<String, Object> fixed, Consumer<String> notices) {
    return attempt(
        settings,
        notices,
        online -> {
          SweepDraft draft = SweepDrafts.of(config, fixed, SweepFolder.newId(), settings, true);
          SweepApi.Created created = online.api.create(draft);
          created.warnings().forEach(text -> notices.accept("W&B: " + config + ": " + text));
          return Optional.of(created.sweep());
        });
  }

  /** The sweep that a folder's sweep was created as; nothing for one that began offline. */
  public static Optional<OnlineSweep> resume(
      WandbSettings settings, SweepFolder folder, Consumer<String> notices) {
    return attempt(
        settings,
        notices,
        online ->
            new SweepRegistry(online.api, settings, notices).known(folder.path(), Destination.OWN));
  }

  private interface Opening {
    Optional<ServerSweep> sweep(OnlineSweep online) throws ServerException, IOException;
  }

  private static Optional<OnlineSweep> attempt(
      WandbSettings settings, Consumer<String> notices, Opening opening) {
    if (!settings.online()) {
      return Optional.empty();
    }
    try {
      OnlineSweep online = new OnlineSweep(settings, notices);
      Optional<ServerSweep> sweep = opening.sweep(online);
      sweep.ifPresent(found -> online.sweep = found);
      return sweep.map(found -> online);
    } catch (ServerException | IOException | UserException e) {
      notices.accept(
          "W&B: "
              + e.getMessage()
              + "; the sweep is kept offline, send it later with: ldctbench wandb sync");
      return Optional.empty();
    }
  }

  /** The id that the server gave it. */
  public String id() {
    return sweep.id();
  }

  /** Address of the sweep's page. */
  public String url() {
    return settings.sweepUrl(sweep.entity(), sweep.project(), sweep.id());
  }

  /** Notes in a new sweep's folder what it is at the server. */
  public void remember(SweepFolder folder) throws IOException {
    new SweepRegistry(api, settings, notices).remember(folder.path(), Destination.OWN, sweep);
  }

  /** Lets agents that join the sweep take runs of it. */
  public Guests guests(GuestRuns runs, Optional<Metric> metric) {
    return JoinedAgents.serve(api, sweep, runs, metric, AGENTS_INTERVAL, notices);
  }

  /** Runs are under way. */
  public void begin() {
    state("RUNNING");
  }

  /**
   * The environment of the sweep's runs. Where the server does not know the sweep they are kept.
   *
   * @param project of the sweep file, or empty
   */
  public static Map<String, String> environment(
      Map<String, String> base,
      WandbSettings settings,
      Optional<OnlineSweep> online,
      String localId,
      String project) {
    Map<String, String> variables = new HashMap<>(base);
    if (online.isPresent()) {
      ServerSweep sweep = online.get().sweep;
      variables.put("WANDB_SWEEP_ID", sweep.id());
      variables.put("WANDB_ENTITY", sweep.entity());
      variables.put("WANDB_PROJECT", sweep.project());
    } else {
      variables.put("WANDB_SWEEP_ID", localId);
      if (settings.mode() == Mode.ONLINE) {
        variables.put("WANDB_MODE", "offline");
      }
      if (!project.isEmpty()) {
        variables.put("WANDB_PROJECT", project);
      }
    }
    return variables;
  }

  /** The sweep was interrupted and may go on. */
  public void pause() {
    state("PAUSED");
  }

  /** The sweep is over: sends what could not be sent in time, and closes it. */
  public void finish(SweepFolder folder) {
    String later = "; send the rest with: ldctbench wandb sync " + folder.path();
    try {
      RunSync runs = new RunSync(new RunApi(connection), settings, notices);
      SweepSync.Result result =
          new SweepSync(api, runs, settings, text -> {})
              .sync(folder.path(), SweepDrafts.of(folder, settings), Destination.OWN);
      if (result.runs().containsKey(RunSync.Outcome.FAILED)) {
        notices.accept("W&B: " + result.runs().get(RunSync.Outcome.FAILED) + " runs wait" + later);
      }
    } catch (ServerException | UserException e) {
      notices.accept("W&B: " + e.getMessage() + later);
    }
  }

  private void state(String state) {
    try {
      api.setState(sweep, state);
    } catch (ServerException e) {
      notices.accept("W&B: the sweep's state could not be told: " + e.getMessage());
    }
  }
}
