# claudemesh: `make help` lists what there is. Needs a JDK 21 or newer (bin/find-jdk looks for it) and,
# the first time, Maven as a downloader. Everything built lands in BUILD, everything fetched in .deps.

BUILD := build
JAR := $(BUILD)/claudemesh.jar
CLASSES := $(BUILD)/classes
TEST_CLASSES := $(BUILD)/test-classes
BENCH_CLASSES := $(BUILD)/bench-classes
CONFORMANCE_CLASSES := $(BUILD)/conformance-classes
FUZZ_CLASSES := $(BUILD)/fuzz-classes
STAMPS := $(BUILD)/stamps

# Asked for when first used, and once: `make clean` and `make help` need no JDK.
JDK = $(eval JDK := $$(or $$(shell bin/find-jdk --jdk),$$(error no JDK to build with)))$(JDK)

empty :=
space := $(empty) $(empty)
colons = $(subst $(space),:,$(strip $(1)))
MAIN_JARS := $(shell bin/fetch-deps --list main)
SOURCE_JARS := $(shell bin/fetch-deps --list source)
TEST_JARS := $(shell bin/fetch-deps --list test)
FORMATTER := $(shell bin/fetch-deps --list build)
SUITE_JARS := $(shell bin/fetch-deps --list conformance)

find = $(shell find $(1) -name '$(2)' -type f 2>/dev/null | LC_ALL=C sort)
ENTRY := src/claudemesh/Main.java
# Only the bundle is a module, see bin/bundle.
MODULE := src/module-info.java
MAIN_JAVA := $(filter-out $(ENTRY) $(MODULE),$(call find,src,*.java))
RESOURCES := $(patsubst src/%,%,$(filter-out %.java,$(call find,src,[!.]*[!~])))
TEST_JAVA := $(call find,test/claudemesh,*.java)
BENCH_JAVA := $(call find,test/bench,*.java)
CONFORMANCE_JAVA := $(call find,test/conformance,*.java)
FUZZ_JAVA := $(call find,test/fuzz,*.java)
VERSION := $(shell cat src/claudemesh/version.txt)

# For tools that are over before the optimising compiler or a second collector thread would pay.
SHORT := -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
# Texts joined with + by StringBuilder: the JVM needs milliseconds before it joins its first one otherwise.
JAVAC_PLAIN = "$(JDK)/bin/javac" $(SHORT:%=-J%) -encoding UTF-8 -g -proc:none -XDstringConcat=inline
JAVAC = $(JAVAC_PLAIN) -Xlint:all -Werror
# SQLite is native code: without the flag a JDK from 24 on warns, on stderr.
NATIVE := --enable-native-access=ALL-UNNAMED
# Of the two dozen platforms that SQLite's driver knows, those whose library goes into our jar.
PLATFORMS := Linux/x86_64 Linux/aarch64 Linux-Musl/x86_64 Linux-Musl/aarch64 Mac/x86_64 Mac/aarch64 \
  Windows/x86_64 Windows/aarch64
# The JDK reads the property once, whichever test comes first; the command line sets it for itself.
TEST_FLAGS := $(SHORT) -Xmx1g -ea $(NATIVE) -Djdk.http.auth.tunneling.disabledSchemes= -Dclaudemesh.classes=$(CLASSES) -Dclaudemesh.jar=$(JAR)

.DEFAULT_GOAL := jar
.DELETE_ON_ERROR:
.PHONY: jar bundle install uninstall test-bundle test-page test arrows run demo session test-shell test-mcp bench bench-broker bench-store crash crash-store conformance fuzz mutants format \
  format-check javadoc reproducible check clean help deps suite-deps FORCE

jar: $(JAR) ## build build/claudemesh.jar (what plain `make` does)

# Verified on every build, fetched only if missing. As an order-only prerequisite it rebuilds nothing.
deps:
	@bin/fetch-deps

suite-deps:
	@bin/fetch-deps conformance

# A list changes only when a file comes or goes, so that a deleted source is noticed too.
$(STAMPS)/%.list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(LISTED) >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(STAMPS)/main.list: LISTED = $(MAIN_JAVA) $(RESOURCES)
$(STAMPS)/test.list: LISTED = $(TEST_JAVA)
$(STAMPS)/bench.list: LISTED = $(BENCH_JAVA)
$(STAMPS)/conformance.list: LISTED = $(CONFORMANCE_JAVA)
$(STAMPS)/fuzz.list: LISTED = $(FUZZ_JAVA)

$(STAMPS)/main: $(STAMPS)/main.list $(ENTRY) $(MAIN_JAVA) $(RESOURCES:%=src/%) bin/dependencies.txt Makefile | deps
	@rm -rf $(CLASSES)
	@mkdir -p $(CLASSES)
	@$(JAVAC) -Xlint:-options --release 8 -d $(CLASSES) $(ENTRY)
	$(if $(MAIN_JAVA),@$(JAVAC) --release 21 -d $(CLASSES) -cp $(call colons,$(MAIN_JARS)) $(MAIN_JAVA))
	@for f in $(RESOURCES); do mkdir -p $(CLASSES)/$$(dirname $$f) && cp src/$$f $(CLASSES)/$$f || exit 1; done
	@touch $@

$(STAMPS)/test: $(STAMPS)/main $(STAMPS)/test.list $(TEST_JAVA)
	@rm -rf $(TEST_CLASSES)
	@mkdir -p $(TEST_CLASSES)
	@$(JAVAC) --release 21 -d $(TEST_CLASSES) \
	  -cp $(call colons,$(CLASSES) $(MAIN_JARS) $(TEST_JARS)) $(TEST_JAVA)
	@touch $@

$(STAMPS)/bench: $(STAMPS)/main $(STAMPS)/bench.list $(BENCH_JAVA)
	@rm -rf $(BENCH_CLASSES)
	@mkdir -p $(BENCH_CLASSES)
	@$(JAVAC) --release 21 -d $(BENCH_CLASSES) -cp $(call colons,$(CLASSES) $(MAIN_JARS)) $(BENCH_JAVA)
	@touch $@

$(STAMPS)/conformance: $(STAMPS)/main $(STAMPS)/conformance.list $(CONFORMANCE_JAVA)
	@rm -rf $(CONFORMANCE_CLASSES)
	@mkdir -p $(CONFORMANCE_CLASSES)
	@$(JAVAC) --release 21 -d $(CONFORMANCE_CLASSES) -cp $(call colons,$(CLASSES) $(MAIN_JARS)) $(CONFORMANCE_JAVA)
	@touch $@

$(STAMPS)/fuzz: $(STAMPS)/main $(STAMPS)/fuzz.list $(FUZZ_JAVA)
	@rm -rf $(FUZZ_CLASSES)
	@mkdir -p $(FUZZ_CLASSES)
	@$(JAVAC) --release 21 -d $(FUZZ_CLASSES) -cp $(call colons,$(CLASSES) $(MAIN_JARS)) $(FUZZ_JAVA)
	@touch $@

# The classes of the dependencies without what belongs to their own jars: manifest, signatures, module,
# and without libraries for other platforms. Those with sources are compiled anew.
$(STAMPS)/deps: bin/dependencies.txt Makefile | deps
	@rm -rf $(BUILD)/deps-classes
	@mkdir -p $(BUILD)/deps-classes $(@D)
	@for jar in $(MAIN_JARS); do \
	  (cd $(BUILD)/deps-classes && "$(JDK)/bin/jar" --extract --file "$(CURDIR)/$$jar") || exit 1; done
	@rm -rf $(BUILD)/deps-classes/META-INF $(BUILD)/deps-classes/module-info.class
	@rm -rf $(BUILD)/deps-sources
	@mkdir -p $(BUILD)/deps-sources
	@for jar in $(SOURCE_JARS); do \
	  (cd $(BUILD)/deps-sources && "$(JDK)/bin/jar" --extract --file "$(CURDIR)/$$jar") || exit 1; done
	@$(JAVAC_PLAIN) -nowarn --release 21 -d $(BUILD)/deps-classes $$(find $(BUILD)/deps-sources -name '*.java')
	@cd $(BUILD)/deps-classes/org/sqlite && mv native all && for platform in $(PLATFORMS); do \
	  mkdir -p native/$$platform && mv all/$$platform/* native/$$platform || exit 1; done
	@rm -rf $(BUILD)/deps-classes/org/sqlite/all
	@touch $@

# The same bytes every time: sorted entries without folders, one date, and a manifest of ours.
$(JAR): $(STAMPS)/main $(STAMPS)/deps LICENSE
	@rm -rf $(BUILD)/stage
	@mkdir -p $(BUILD)/stage
	@cp -R $(BUILD)/deps-classes/. $(CLASSES)/. $(BUILD)/stage
	@mkdir -p $(BUILD)/stage/META-INF && cp LICENSE $(BUILD)/stage/META-INF/LICENSE
	@printf '%s\n' 'Main-Class: claudemesh.Main' 'Implementation-Title: claudemesh' \
	  'Implementation-Version: $(VERSION)' 'Enable-Native-Access: ALL-UNNAMED' >$(BUILD)/manifest.txt
	@(cd $(BUILD)/stage && find . -type f | sed 's|^\./||' | LC_ALL=C sort) >$(BUILD)/entries.txt
	@cd $(BUILD)/stage && "$(JDK)/bin/jar" --create --file "$(abspath $@.new)" --date=2026-01-01T00:00:00Z \
	  --manifest "$(abspath $(BUILD)/manifest.txt)" @"$(abspath $(BUILD)/entries.txt)"
	@rm -rf $(BUILD)/stage
	@mv $@.new $@

# Three JVMs at the same time, each with about a third of the work: two for these packages, one for the others.
BESIDE := store,client,crypto,http,json,lifecycle,protocol,time broker,daemon,build
comma := ,
# ONLY=Codec runs the classes with that in their name, ONLY=CodecTest#encodes the methods.
test: $(STAMPS)/test $(JAR) ## run the tests; ONLY=Name for some, ONLY=Class#method for fewer
	@LC_ALL=C.UTF-8 bin/run-tests $(if $(ONLY),,$(patsubst %,--beside claudemesh.%,$(subst $(comma),$(comma)claudemesh.,$(BESIDE)))) \
	  $(BUILD)/test-output "$(JDK)/bin/java" $(TEST_FLAGS) -jar $(TEST_JARS) execute \
	  --class-path $(call colons,$(TEST_CLASSES) $(CLASSES) $(MAIN_JARS)) --scan-class-path $(TEST_CLASSES) \
	  --exclude-tag bundle --exclude-tag page \
	  --config junit.jupiter.execution.timeout.default=60s \
	  --config junit.jupiter.execution.timeout.threaddump.enabled=true \
	  $(if $(ONLY),$(if $(findstring #,$(ONLY)),--include-methodname,--include-classname) '.*$(ONLY).*')

arrows: ## check which package may know which (part of the tests)
	@$(MAKE) --no-print-directory test ONLY=PackageArrowsTest

bundle: $(STAMPS)/bundle ## link a runtime with the application in it: build/claudemesh-VERSION-OS-ARCH.tar.gz

$(STAMPS)/bundle: $(JAR) $(MODULE) bin/bundle bin/PlainSwitches.java bin/bundle-launcher $(STAMPS)/share
	@bin/bundle "$(JDK)" $(JAR) $(BUILD)
	@touch $@

# The manual page and the completions, as the command line itself knows them.
SELF = "$(JDK)/bin/java" -cp $(JAR) claudemesh.cli.Cli
$(STAMPS)/share: $(JAR)
	@rm -rf $(BUILD)/man $(BUILD)/completions
	@mkdir -p $(BUILD)/man $(BUILD)/completions/bash $(BUILD)/completions/zsh $(BUILD)/completions/fish
	@$(SELF) help --man >$(BUILD)/man/claudemesh.1
	@$(SELF) completion bash >$(BUILD)/completions/bash/claudemesh
	@$(SELF) completion zsh >$(BUILD)/completions/zsh/_claudemesh
	@$(SELF) completion fish >$(BUILD)/completions/fish/claudemesh.fish
	@touch $@

PREFIX ?= /usr/local

install: $(STAMPS)/bundle ## install the bundle; PREFIX=/usr/local, DESTDIR= for packagers
	@bin/install-bundle $(BUILD)/bundle/claudemesh-* "$(DESTDIR)$(PREFIX)"

uninstall: ## remove what `make install` installed
	@bin/install-bundle --remove "$(DESTDIR)$(PREFIX)"

# Tests of the linked bundle are slower than all others together, and those alone need it.
test-bundle: $(STAMPS)/test $(STAMPS)/bundle ## test the bundle: elsewhere, read-only, linked, installed
	@bin/run-tests $(BUILD)/test-bundle-output "$(JDK)/bin/java" $(TEST_FLAGS) -jar $(TEST_JARS) execute \
	  --class-path $(call colons,$(TEST_CLASSES) $(CLASSES) $(MAIN_JARS)) --scan-class-path $(TEST_CLASSES) \
	  --include-tag bundle

# In a browser, which not every machine has.
test-page: $(STAMPS)/test $(JAR) ## test the broker's status page in headless Chromium; pictures in build/page-*.png
	@bin/run-tests $(BUILD)/test-page-output "$(JDK)/bin/java" $(TEST_FLAGS) -jar $(TEST_JARS) execute \
	  --class-path $(call colons,$(TEST_CLASSES) $(CLASSES) $(MAIN_JARS)) --scan-class-path $(TEST_CLASSES) \
	  --include-tag page --config junit.jupiter.execution.timeout.default=60s

run: $(JAR) ## start a live mesh: broker, member connection, echo session
	@CLAUDEMESH_JAR="$(abspath $(JAR))" bin/claudemesh up $(ARGS)

demo: $(JAR) ## play the whole scene with real processes, the broker killed in the middle
	@CLAUDEMESH_JAR="$(abspath $(JAR))" test/demo.sh

session: $(JAR) ## play the session that README shows, and put what it printed there
	@CLAUDEMESH_JAR="$(abspath $(JAR))" test/session.sh >$(BUILD)/session.txt
	@awk -v session=$(BUILD)/session.txt '/^```console$$/ { print; \
	  while ((getline line <session) > 0) print line; skip = 1 } /^```$$/ { skip = 0 } !skip' \
	  README.md >$(BUILD)/README.new
	@cp $(BUILD)/README.new README.md

test-shell: $(JAR) ## run real pipelines in bash and dash (needs jq); LINES_MANY=N for fewer than 100 000 lines
	@for shell in bash dash; do \
	  if command -v $$shell >/dev/null; then echo "— $$shell"; \
	    CLAUDEMESH_JAR="$(abspath $(JAR))" $$shell test/shell/pipelines.sh $(BUILD)/shell || exit 1; \
	  else echo "— $$shell is not installed"; fi; done

test-mcp: $(JAR) ## let two agents meet through a real MCP client from npm (needs Node.js)
	@CLAUDEMESH_JAR="$(abspath $(JAR))" test/mcp/run.sh $(BUILD)/mcp

bench: $(STAMPS)/bench $(JAR) ## measure, and hold the budgets; ARGS=... goes to the benchmark
	@CLAUDEMESH_JAR="$(abspath $(JAR))" "$(JDK)/bin/java" $(NATIVE) \
	  -cp $(call colons,$(BENCH_CLASSES) $(CLASSES) $(MAIN_JARS)) claudemesh.bench.Bench $(ARGS)

bench-cli: $(STAMPS)/bench $(STAMPS)/bundle ## measure whole processes of the command line beside Node; ARGS="inbox" for a large inbox alone
	@CLAUDEMESH_JAR="$(abspath $(JAR))" "$(JDK)/bin/java" $(NATIVE) \
	  -cp $(call colons,$(BENCH_CLASSES) $(CLASSES) $(MAIN_JARS)) claudemesh.bench.CliBench \
	  "$$(echo "$(abspath $(BUILD))"/bundle/claudemesh-*/bin/claudemesh)" "$(abspath bin/claudemesh)" $(ARGS)

conformance: $(STAMPS)/conformance | suite-deps ## run the Autobahn suite against server and client; ARGS=all for group 9, "client 9.3.3" for one case
	@"$(JDK)/bin/java" -cp $(call colons,$(CONFORMANCE_CLASSES) $(CLASSES) $(MAIN_JARS) $(SUITE_JARS)) \
	  claudemesh.conformance.Conformance $(BUILD)/conformance $(ARGS)

fuzz: $(STAMPS)/fuzz ## feed five million broken inputs to the readers, and more to TLS; ARGS="seed 1" to repeat a run
	@"$(JDK)/bin/java" -Xmx512m -ea -cp $(call colons,$(FUZZ_CLASSES) $(CLASSES) $(MAIN_JARS)) \
	  claudemesh.fuzz.Fuzz $(BUILD)/fuzz $(ARGS)

bench-broker: $(STAMPS)/bench $(JAR) ## measure the broker; ARGS="messages saturated idle echo restart curves" for some, quick for a tenth
	@CLAUDEMESH_JAR="$(abspath $(JAR))" "$(JDK)/bin/java" $(NATIVE) \
	  -cp $(call colons,$(BENCH_CLASSES) $(CLASSES) $(MAIN_JARS)) claudemesh.bench.BrokerBench $(ARGS)

bench-daemon: $(STAMPS)/bench ## measure what an idle session costs a daemon; ARGS="1000" for fewer than 10 000
	@"$(JDK)/bin/java" $(NATIVE) -cp $(call colons,$(BENCH_CLASSES) $(CLASSES) $(MAIN_JARS)) \
	  claudemesh.bench.DaemonBench $(ARGS)

bench-store: $(STAMPS)/bench ## measure the durable store alone; ARGS=quick stops at 100 000 queued
	@"$(JDK)/bin/java" $(NATIVE) -Xmx300m -cp $(call colons,$(BENCH_CLASSES) $(CLASSES) $(MAIN_JARS)) \
	  claudemesh.bench.StoreBench $(BUILD) $(ARGS)

crash-store: ## kill a hundred processes at each of the stores and look what is left
	@$(MAKE) --no-print-directory test ONLY=StoreCrashTest \
	  TEST_FLAGS='$(TEST_FLAGS) -Dclaudemesh.crash.rounds=100 -Dclaudemesh.crash.lines=6000'

# Arguments travel to the tests with commas for blanks.
crash: ## kill daemons and brokers 200 times, 15 min at most; ARGS="rounds 20 seed 7 minutes 5", stop for a stopped process
	@$(MAKE) --no-print-directory test ONLY='$(if $(filter stop,$(ARGS)),HostFaults,(HostFaults|KillRounds))Test' \
	  TEST_FLAGS='$(TEST_FLAGS) -Dclaudemesh.crash.args=$(subst $(space),$(comma),$(strip $(ARGS)))'; \
	  code=$$?; cat $(BUILD)/test-output/stdout.txt; exit $$code

mutants: $(STAMPS)/test ## put every known defect back and see the tests catch it
	@JAVA_HOME="$(JDK)" BUILD=$(BUILD) test/mutants/run.sh $(ARGS)

FORMATTED := $(call find,src,*.java) $(call find,test,*.java)
FORMAT = "$(JDK)/bin/java" $(SHORT) -jar $(FORMATTER)

format: $(STAMPS)/formatted ## format all Java sources

# Only what has changed since the last time: for all sources the formatter needs half a minute.
$(STAMPS)/formatted: $(FORMATTED) bin/dependencies.txt | deps
	@mkdir -p $(@D)
	@$(FORMAT) --replace $(filter %.java,$(if $(filter %.txt,$?),$^,$?))
	@touch $@ $(STAMPS)/format-checked

format-check: $(STAMPS)/format-checked

$(STAMPS)/format-checked: $(FORMATTED) bin/dependencies.txt | deps
	@mkdir -p $(@D)
	@$(FORMAT) --dry-run --set-exit-if-changed $(filter %.java,$(if $(filter %.txt,$?),$^,$?)) || \
	  { echo 'not formatted, see above: make format' >&2; exit 1; }
	@touch $@

javadoc: $(STAMPS)/javadoc ## write the API documentation to build/javadoc, complete or not at all

$(STAMPS)/javadoc: $(STAMPS)/main
	@rm -rf $(BUILD)/javadoc
	@"$(JDK)/bin/javadoc" -quiet -encoding UTF-8 --release 21 -Xdoclint:all -Werror -d $(BUILD)/javadoc \
	  -cp $(call colons,$(MAIN_JARS)) $(ENTRY) $(MAIN_JAVA)
	@touch $@

reproducible: $(STAMPS)/reproducible

# Built again from a copy, in another folder, time zone and locale.
$(STAMPS)/reproducible: $(JAR)
	@rm -rf $(BUILD)/again
	@mkdir -p $(BUILD)/again
	@cp -R Makefile LICENSE bin src .deps $(BUILD)/again
	@TZ=UTC-9 LC_ALL=C $(MAKE) --no-print-directory -C $(BUILD)/again BUILD=out jar
	@cmp $(JAR) $(BUILD)/again/out/claudemesh.jar
	@rm -rf $(BUILD)/again
	@touch $@

check: ## everything that must hold: format, Javadoc, reproducible jar, tests with package arrows
	@$(MAKE) --no-print-directory format-check
	@$(MAKE) --no-print-directory javadoc
	@$(MAKE) --no-print-directory reproducible
	@$(MAKE) --no-print-directory test ONLY=

clean: ## delete what was built (what was fetched stays in .deps)
	@rm -rf $(BUILD)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile
