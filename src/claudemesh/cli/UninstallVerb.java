package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/** {@code uninstall}: takes back what {@link InstallVerb} did. */
final class UninstallVerb implements Verb {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("uninstall", "stop the service and remove its file")
        .flags(VerbSpec.JSON)
        .about("Your meshes, keys and messages stay where they are.")
        .examples("claudemesh uninstall");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    ServiceFile service = ServiceManager.file(call);
    boolean there = Files.exists(service.path());
    if (there) {
      Optional<String> failure = ServiceManager.run(call, service.stop().subList(0, 1));
      Files.delete(service.path());
      Optional<String> later =
          ServiceManager.run(call, service.stop().subList(1, service.stop().size()));
      failure.or(() -> later).ifPresent(why -> Log.warn("service_manager", "why", why));
    }
    if (call.wantsJson()) {
      call.out()
          .json(Json.object().put("file", service.path().toString()).put("removed", there).build());
    } else {
      String file = Output.safe(service.path().toString());
      call.out().text(there ? "removed " + file : "there is no service: " + file + " is not there");
    }
    return ExitCode.OK;
  }
}
