package claudemesh.daemon;

import claudemesh.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Asks several meshes the same at the same time, so that one that is slow delays the answer by its
 * own time only; and keeps apart what each answered and which failed.
 *
 * @param rows what the meshes answered, in the order of the meshes
 * @param errors {@code {mesh,error}} for each that did not
 */
record EachMesh(List<Json> rows, List<Json> errors) {

  /** What is asked of one mesh. */
  interface Question {
    List<Json> ask(AttachedMesh mesh) throws ApiRefusal, InterruptedException;
  }

  static EachMesh ask(List<AttachedMesh> meshes, Question question) throws InterruptedException {
    EachMesh all = new EachMesh(new ArrayList<>(), new ArrayList<>());
    if (meshes.size() == 1) {
      all.add(meshes.getFirst(), () -> question.ask(meshes.getFirst()));
      return all;
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Json>>> answers = new ArrayList<>();
      for (AttachedMesh mesh : meshes) {
        answers.add(threads.submit(() -> question.ask(mesh)));
      }
      for (int i = 0; i < meshes.size(); i++) {
        all.add(meshes.get(i), answers.get(i)::get);
      }
    }
    return all;
  }

  private void add(AttachedMesh mesh, Callable<List<Json>> answer) throws InterruptedException {
    try {
      rows.addAll(answer.call());
    } catch (InterruptedException e) {
      throw e;
    } catch (ExecutionException e) {
      addError(mesh, e.getCause());
    } catch (Exception e) {
      addError(mesh, e);
    }
  }

  private void addError(AttachedMesh mesh, Throwable failure) {
    if (failure instanceof RuntimeException fault) {
      throw fault;
    }
    String words =
        failure instanceof ApiRefusal refusal
            ? refusal.body().string("detail", refusal.body().string("error"))
            : String.valueOf(failure.getMessage());
    errors.add(Json.object().put("mesh", mesh.slug()).put("error", words).build());
  }

  /** {@code {"name":[rows],"errors"?:[…]}}: deployed clients know no errors and read the rows. */
  ApiReply reply(String name) {
    Json.Builder body = Json.object().put(name, Json.array(rows));
    if (!errors.isEmpty()) {
      body.put("errors", Json.array(errors));
    }
    return ApiReply.ok(body);
  }
}
