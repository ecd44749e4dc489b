package org.ldctbench.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ChildProcess;
import org.ldctbench.wandb.agent.RunLauncher;
import org.ldctbench.wandb.api.ServerSweep;

/** Starts the runs of a sweep at the server as W&B's agent does; their output is this process's. */
public final class AgentLauncher implements RunLauncher {
  private final ServerSweep sweep;
  private final String program;
  private final List<String> command;
  private final Path root;
  private final Map<String, String> environment;
  private final List<String> more;

  /**
   * @param command words with W&B's macros
   * @param root absolute folder of runs and sweeps
   * @param environment of the children, before what the agent adds
   * @param more words for the end of each command line
   */
  public AgentLauncher(
      ServerSweep sweep,
      String program,
      List<String> command,
      Path root,
      Map<String, String> environment,
      List<String> more) {
    this.sweep = sweep;
    this.program = program;
    this.command = List.copyOf(command);
    this.root = root;
    this.environment = Map.copyOf(environment);
    this.more = List.copyOf(more);
  }

  @Override
  public Process launch(String runId, Map<String, Object> parameters) throws IOException {
    Path folder = Files.createDirectories(root.resolve("sweep-" + sweep.id()));
    Path yaml = folder.resolve("config-" + runId + ".yaml");
    Path json = folder.resolve("config-" + runId + ".json");
    AtomicFile.writeString(yaml, ChildProgram.parameterFile(parameters));
    if (CommandMacros.wantsJsonFile(command)) {
      AtomicFile.writeString(json, PythonText.json(parameters));
    }
    List<String> words = new ArrayList<>();
    words.addAll(
        new CommandMacros(program, parameters, json.toString(), environment).expand(command));
    words.addAll(more);
    ProcessBuilder builder = new ProcessBuilder(words);
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.putAll(environment);
    variables.remove("WANDB_SERVICE");
    variables.put("WANDB_SWEEP_ID", sweep.id());
    variables.put("WANDB_RUN_ID", runId);
    variables.put("WANDB_PROJECT", sweep.project());
    variables.put("WANDB_ENTITY", sweep.entity());
    variables.put("WANDB_DIR", root.getParent().toString());
    variables.put("WANDB_SWEEP_PARAM_PATH", yaml.toString());
    return ChildProcess.start(
        builder
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT));
  }
}
