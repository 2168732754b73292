#!/bin/bash
# The image under podman: the seed's layout boots, renders, starts the app, is
# healthy, follows a change, and stops in the right order; a Dockerfile on top.
. "$(dirname "$0")/lib.sh"
LIMIT=120
command -v podman >/dev/null || { echo "0 passed, 0 failed"; exit 0; }
[ "$(id -u)" = 0 ] || { echo "0 passed, 0 failed"; exit 0; }

APP=$BUILD/test/app
mkdir -p "$BUILD/test"
gcc -static -Os -D_GNU_SOURCE -o "$APP" "$ROOT/tests/sample/app.c" || exit 111
store=$work/storage
opts=(--root "$store" --runroot "$work/runroot" --storage-driver=vfs)
limits=(--network=host --ulimit nofile=1024:1024 --ulimit nproc=1000:1000)
pod() { podman "${opts[@]}" --runtime runc --cgroup-manager cgroupfs "$@" 2>>"$T/podman.err"; }
mkdir -p "$store" "$work/runroot"

t_reproducible() {
	(cd "$ROOT" && scripts/image) >/dev/null || fail "scripts/image"
	cp "$BUILD/image/basebox.docker.tar" first.tar
	cp "$BUILD/image/oci/index.json" first.json
	(cd "$ROOT" && scripts/image) >/dev/null || fail "scripts/image"
	cmp -s first.tar "$BUILD/image/basebox.docker.tar" || fail "two archives differ"
	cmp -s first.json "$BUILD/image/oci/index.json" || fail "two indexes differ"
}

t_oci_layout() {
	local d m
	cd "$BUILD/image/oci" || fail "no layout"
	d=$(jq -r '.manifests[0].digest' index.json)
	m=blobs/sha256/${d#sha256:}
	is "$(sha256sum "$m" | cut -d' ' -f1)" "${d#sha256:}" "digest of the manifest"
	is "$(stat -c %s "$m")" "$(jq '.manifests[0].size' index.json)" "size of the manifest"
	for d in $(jq -r '.config.digest, .layers[].digest' "$m"); do
		is "$(sha256sum "blobs/sha256/${d#sha256:}" | cut -d' ' -f1)" "${d#sha256:}" "digest"
	done
	d=$(jq -r '.config.digest' "$m")
	is "$(jq -c .config.Entrypoint "blobs/sha256/${d#sha256:}")" '["/usr/bin/s6-svscan","/etc/s6"]'
	is "$(gzip -dc "blobs/sha256/$(jq -r '.layers[0].digest' "$m" | cut -d: -f2)" | sha256sum | cut -d' ' -f1)" \
		"$(jq -r '.rootfs.diff_ids[0]' "blobs/sha256/${d#sha256:}" | cut -d: -f2)" "diff id"
}

# The files that a user adds, for port $PORT and the store in ./store.
user_files() {
	PORT=$(free_port)
	mkdir -p store/kv/app ct
	printf %s "$PORT" >store/kv/app/port
	printf %s 'hello' >store/kv/app/greeting
	cp "$ROOT/scripts/rootfs/etc/consul-template.d/basebox.hcl" ct/
	cat >ct/app.hcl <<-'HCL'
		template {
		  contents    = "port = {{ key \"app/port\" }}\ngreeting = {{ key \"app/greeting\" }}\nnotify = 3\n"
		  destination = "/run/app.conf"
		  reload      = "app"
		}
	HCL
	mkdir -p consul
	cat >consul/app.hcl <<-HCL
		service {
		  name = "app"
		  port = $PORT
		  check {
		    http = "http://127.0.0.1:$PORT/health"
		    interval = "500ms"
		  }
		}
	HCL
	printf '#!/bin/execlineb -P\nif { s6-svwait -U /etc/s6/consul-template }\nexec /app /run/app.conf /store/app.log\n' >run
	chmod 755 run
	echo 3 >notification-fd
}
answers() { [ "$(curl -fs "http://127.0.0.1:$PORT/")" = "$1" ]; }
registered() { [ -n "$(ls store/services/*/*.json 2>/dev/null)" ]; }

life() { # NAME IMAGE OPTIONS
	local c=$1
	shift
	pod run -d --name "$c" --log-driver k8s-file "${limits[@]}" -e BASEBOX_STORE=dir:///store -v "$PWD/store:/store" "${@:2}" "$1" >/dev/null ||
		fail "podman run: $(tail -1 podman.err)"
	within 20 answers hello
	within 20 registered
	within 20 pod healthcheck run "$c"
	printf %s 'good morning' >store/kv/app/.tmp && mv store/kv/app/.tmp store/kv/app/greeting
	within 20 answers 'good morning'
	curl -s "http://127.0.0.1:$PORT/sick" >/dev/null
	within 20 eval "! pod healthcheck run $c"
	curl -s "http://127.0.0.1:$PORT/well" >/dev/null
	within 20 pod healthcheck run "$c"
	pod stop -t 9 "$c" >/dev/null || fail "podman stop"
	is "$(pod inspect -f '{{.State.ExitCode}}' "$c")" 0 "exit code"
	registered && fail "still registered after the stop"
	grep -q ' term$' store/app.log || fail "the app got no TERM"
	pod logs "$c" >logs 2>&1
	grep -qs 'deregistered' logs podman.err || fail "no deregistration in the log"
}

t_seed_layout() {
	pod load -i "$BUILD/image/basebox.docker.tar" >/dev/null || fail "podman load: $(tail -1 podman.err)"
	user_files
	life seed localhost/basebox:latest -v "$APP:/app:ro" -v "$PWD/ct:/etc/consul-template.d:ro" \
		-v "$PWD/consul:/etc/consul.d:ro" -v "$PWD/run:/etc/s6/app/run:ro" \
		-v "$PWD/notification-fd:/etc/s6/app/notification-fd:ro"
}

t_dockerfile() {
	user_files
	cp "$APP" app
	cat >Dockerfile <<-'DF'
		FROM localhost/basebox
		COPY app /app
		COPY ct/app.hcl /etc/consul-template.d/
		COPY consul/app.hcl /etc/consul.d/
		COPY run notification-fd /etc/s6/app/
		RUN ["/bin/register","check","/etc/consul.d/app.hcl"]
	DF
	pod load -i "$BUILD/image/basebox.docker.tar" >/dev/null
	buildah "${opts[@]}" bud --isolation=chroot --format docker -t mine . >bud.log 2>&1 || fail "buildah: $(tail -2 bud.log)"
	life mine localhost/mine
}

t_names_and_versions() {
	rc 0 pod run --rm "${limits[@]}" --entrypoint '["/usr/bin/consul-template","-v"]' localhost/basebox
	like "$(cat out)" "consul-template v0.42.1 (basebox "
	rc 0 pod run --rm "${limits[@]}" --entrypoint '["/bin/health","file:///etc/passwd"]' localhost/basebox
	rc 0 pod run --rm "${limits[@]}" --entrypoint '["/command/s6-setuidgid","nonroot","/bin/health","--","/bin/s6-svok","/"]' localhost/basebox
}

for t in reproducible oci_layout seed_layout dockerfile names_and_versions; do check $t; done
podman "${opts[@]}" rm -af >/dev/null 2>&1
podman unshare rm -rf "$store" 2>/dev/null || rm -rf "$store"
finish
