# make           what there is to make
GO ?= go
FUZZTIME ?= 60s

.PHONY: help
help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: ## the command, as ./sprawl
	$(GO) build -trimpath -o sprawl ./cmd/sprawl

.PHONY: check
check: ## formatting, vet, staticcheck, known vulnerabilities, workflows, our own secrets
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	GOOS=darwin $(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	@sh testdata/govulncheck.sh
	$(GO) run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
	$(GO) run ./cmd/sprawl scan --quiet --fail-on structured . # guesses that were mended since stay in history
	$(GO) run ./cmd/sprawl scan --quiet --fail-on any dir:.

.PHONY: test
test: ## every test with the race detector; a skipped test is a failure
	@sh testdata/test.sh

.PHONY: bench
bench: ## the benchmarks; SPRAWL_BENCH_REPO and SPRAWL_BENCH_TREE name what to read
	$(GO) test -run '^$$' -bench . -benchtime $${BENCHTIME:-1x} -count $${BENCHCOUNT:-6} ./sweep ./detectors/... ./sources/... ./boundary

.PHONY: fuzz
fuzz: ## every fuzz test for FUZZTIME
	@for dir in $$($(GO) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}' ./...); do \
		for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go 2>/dev/null | sed 's/func //' | sort -u); do \
			echo "== $$dir $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$dir || exit 1; \
		done; \
	done

.PHONY: types
types: ## write docs/types.md anew, the table of all types
	$(GO) test ./cmd/sprawl -run '^TestTypes$$' -update

.PHONY: golden
golden: ## write the golden files anew
	$(GO) test ./report -update
