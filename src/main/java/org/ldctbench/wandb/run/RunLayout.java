package org.ldctbench.wandb.run;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** The folders and links that W&B has in a run folder and beside it. */
final class RunLayout {
  private RunLayout() {}

  static void prepare(RunIdentity run) throws IOException {
    Path folder = run.folder();
    Files.createDirectories(folder.resolve("files"));
    Files.createDirectories(folder.resolve("tmp"));
    Path logs = Files.createDirectories(folder.resolve("logs"));
    Files.writeString(
        folder.resolve("run-" + run.runId() + ".wandb.syncstate"),
        "{\"starting_step\":0,\"starting_runtime\":0}");
    link(folder.resolveSibling("latest-run"), folder.getFileName());
    for (String name : new String[] {"debug.log", "debug-internal.log"}) {
      try {
        Files.createFile(logs.resolve(name));
      } catch (FileAlreadyExistsException e) {
        continue; // A resumed run goes on in the same file.
      }
      link(folder.resolveSibling(name), Path.of(folder.getFileName().toString(), "logs", name));
    }
  }

  /** Links are a comfort: a file system without them must not stop a run. */
  private static void link(Path link, Path target) {
    Path fresh = link.resolveSibling("." + link.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createSymbolicLink(fresh, target);
      Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | UnsupportedOperationException e) {
      fresh.toFile().delete();
    }
  }
}
