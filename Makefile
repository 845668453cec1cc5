# Two commands do everything: `make run` and `make test`. See README.md.
.PHONY: run test dev check size bench clean site

run: ## set up, build the site and the server, start both on http://127.0.0.1:8080
	@scripts/run

test: ## set up, then every check and test
	@scripts/test

dev: ## the site rebuilt and reloaded as files change, with the API proxied
	@scripts/dev

check: ## format and lints, for the browser and for this machine
	@scripts/check

site: ## build the site into dist/
	@scripts/setup run
	@scripts/build-site

size: ## what the first view weighs; fails above the budget
	@scripts/size

bench: ## how fast the console is
	@scripts/bench

clean: ## remove what was built; keeps installed tools and the server's data
	cargo clean
	rm -rf dist
