# `make run` and `make test` do everything. See README.md.
.PHONY: run test test-engines dev check size bench screenshots clean site program

run: ## install tools, build, and start the site and the server on http://127.0.0.1:8080
	@scripts/run

test: ## install tools, then run every check and test
	@scripts/test

test-engines: ## run all browser stories in Chromium, Firefox and WebKit
	@scripts/test engines

dev: ## rebuild and reload the site on every change
	@scripts/dev

check: ## check format and lints
	@scripts/check

site: ## build the site into dist/
	@scripts/setup run
	@scripts/build-site

program: ## build target/release/slipway, with the site in it
	@scripts/build-program

size: ## print the size of the first view; fails above the budget
	@scripts/size

bench: ## measure the console's speed
	@scripts/bench

screenshots: ## write pictures of every page and state to target/screenshots/
	@scripts/screenshots

clean: ## remove build output; keeps installed tools and the server's data
	cargo clean
	rm -rf dist
