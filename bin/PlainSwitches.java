import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.classfile.ClassFile.ACC_SYNTHETIC;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rewrites the classes in a folder so that a {@code switch} on types asks {@code instanceof} by
 * itself. As javac leaves it, the JVM writes a class for each such switch when it is first reached;
 * no start-up archive can hold those, and ten of them are a third of the time that a short command
 * takes to send a message. What is chosen stays the same: -1 for null, else the first label from
 * the given one on that fits, else the number of labels.
 *
 * <p>Only for the bundle, and only with a JDK from 24 on, which has the class file API:
 *
 * <pre>java bin/PlainSwitches.java FOLDER</pre>
 */
final class PlainSwitches {

  private static final ClassDesc BOOTSTRAPS = ClassDesc.of("java.lang.runtime.SwitchBootstraps");

  /** A method that takes the place of one call site. */
  private record Chooser(String name, MethodTypeDesc type, List<ClassDesc> labels) {}

  public static void main(String[] args) throws IOException {
    List<Path> classes;
    try (Stream<Path> files = Files.walk(Path.of(args[0]))) {
      classes = files.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    }
    ClassFile format = ClassFile.of(ClassHierarchyResolverOption.of(classesOf(Path.of(args[0]))));
    for (Path file : classes) {
      List<Chooser> choosers = new ArrayList<>();
      byte[] rewritten = rewrite(format, format.parse(file), choosers);
      if (!choosers.isEmpty()) {
        Files.write(file, rewritten);
      }
    }
  }

  /** The frames of a changed method are worked out anew, which takes to know what extends what. */
  private static ClassHierarchyResolver classesOf(Path folder) {
    return ClassHierarchyResolver.ofResourceParsing(
            type -> {
              String descriptor = type.descriptorString();
              Path file =
                  folder.resolve(descriptor.substring(1, descriptor.length() - 1) + ".class");
              try {
                return Files.exists(file) ? Files.newInputStream(file) : null;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .orElse(ClassHierarchyResolver.defaultResolver())
        .cached();
  }

  private static byte[] rewrite(ClassFile format, ClassModel model, List<Chooser> choosers) {
    ClassDesc owner = model.thisClass().asSymbol();
    boolean isInterface = model.flags().has(AccessFlag.INTERFACE);
    CodeTransform code =
        (builder, element) -> {
          if (element instanceof InvokeDynamicInstruction call && isOnTypes(call)) {
            var labels = call.bootstrapArgs().stream().map(ClassDesc.class::cast).toList();
            String name = "typeSwitch$" + choosers.size();
            choosers.add(new Chooser(name, call.typeSymbol(), labels));
            builder.invokestatic(owner, name, call.typeSymbol(), isInterface);
          } else {
            builder.with(element);
          }
        };
    ClassTransform add =
        ClassTransform.endHandler(
            builder -> {
              for (Chooser chooser : choosers) {
                builder.withMethodBody(
                    chooser.name(),
                    chooser.type(),
                    ACC_PRIVATE | ACC_STATIC | ACC_SYNTHETIC,
                    body -> choose(body, chooser.labels()));
              }
            });
    return format.transformClass(model, ClassTransform.transformingMethodBodies(code).andThen(add));
  }

  private static boolean isOnTypes(InvokeDynamicInstruction call) {
    return call.bootstrapMethod().owner().equals(BOOTSTRAPS)
        && call.bootstrapMethod().methodName().equals("typeSwitch")
        && call.bootstrapArgs().stream().allMatch(ClassDesc.class::isInstance);
  }

  private static void choose(CodeBuilder code, List<ClassDesc> labels) {
    code.aload(0).ifThen(Opcode.IFNULL, isNull -> isNull.loadConstant(-1).ireturn());
    for (int i = 0; i < labels.size(); i++) {
      Label next = code.newLabel();
      code.iload(1).loadConstant(i).if_icmpgt(next);
      code.aload(0).instanceOf(labels.get(i)).ifeq(next);
      code.loadConstant(i).ireturn();
      code.labelBinding(next);
    }
    code.loadConstant(labels.size()).ireturn();
  }
}
