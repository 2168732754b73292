#!/bin/bash
# health_grpc: gRPC and HTTP/2 checks against a small server of frames (plain
# and TLS with ALPN), and grpc_health_probe's texts and exit codes.
. "$(dirname "$0")/lib.sh"

# server [CERT KEY]: answers Health/Check by the service's name, in $PORT
server() {
	PORT=$(free_port)
	cat >server.py <<-'PY'
		import socket, ssl, struct, sys, threading, time
		def frame(kind, flags, stream, body=b""):
		    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body
		def header(name, value):
		    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value
		def exact(c, n):
		    b = b""
		    while len(b) < n:
		        got = c.recv(n - len(b))
		        if not got: raise EOFError
		        b += got
		    return b
		def answer(c, service):
		    head = b"\x88" + header(b"content-type", b"application/grpc")
		    code, message, state = b"0", b"", None
		    if service == b"ok" or not service: state = 1
		    elif service == b"bad": state = 2
		    elif service == b"plain":
		        c.sendall(frame(1, 5, 1, b"\x8d")); return
		    elif service == b"slow": time.sleep(30)
		    elif service == b"old": code, message = b"12", b"no such method"
		    else: code, message = b"5", b"unknown service %22" + service + b"%22"
		    c.sendall(frame(1, 4, 1, head))
		    if state: c.sendall(frame(0, 0, 1, b"\0\0\0\0\2\x08" + bytes([state])))
		    c.sendall(frame(1, 5, 1, header(b"grpc-status", code) + header(b"grpc-message", message)))
		def serve(c):
		    try:
		        if tls: c = tls.wrap_socket(c, server_side=True)
		        assert exact(c, 24) == b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
		        c.sendall(frame(4, 0, 0))
		        while True:
		            h = exact(c, 9)
		            body = exact(c, int.from_bytes(h[:3], "big"))
		            if h[3] == 6 and not h[4] & 1: c.sendall(frame(6, 1, 0, body))
		            if h[3] == 0 and h[4] & 1: answer(c, body[7:])
		    except (EOFError, OSError, AssertionError): pass
		    c.close()
		tls = None
		if len(sys.argv) > 2:
		    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		    tls.load_cert_chain(sys.argv[2], sys.argv[3])
		    if sys.argv[4:]: tls.set_alpn_protocols(sys.argv[4:])
		s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(20)
		while True: threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
	PY
	bg python3 server.py "$PORT" "$@"
	within 10 health -q "tcp://127.0.0.1:$PORT"
}

cert() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout key.pem -out cert.pem -days 2 -subj /CN=x \
		-addext subjectAltName=DNS:localhost,DNS:right.example 2>/dev/null
}

t_grpc() {
	server
	rc 0 health "grpc://127.0.0.1:$PORT"
	is "$(cat out)" "passing: gRPC grpc://127.0.0.1:$PORT: SERVING"
	rc 0 health "grpc://localhost:$PORT/ok" "h2ping://127.0.0.1:$PORT"
	rc 1 health "grpc://127.0.0.1:$PORT/bad"
	like "$(cat out)" "critical: gRPC grpc://127.0.0.1:$PORT/bad: NOT_SERVING"
	rc 1 health "grpc://127.0.0.1:$PORT/nobody"
	like "$(cat out)" ': NOT_FOUND: unknown service "nobody"'
	rc 1 health "grpc://127.0.0.1:$PORT/old"
	like "$(cat out)" ': UNIMPLEMENTED: no such method'
	rc 1 health "grpc://127.0.0.1:$PORT/plain"
	like "$(cat out)" 'HTTP status 404 instead of an answer'
	rc 1 health --timeout 300ms "grpc://127.0.0.1:$PORT/slow"
	like "$(cat out)" 'timed out after 300ms'
	rc 1 health grpc://127.0.0.1:1
	like "$(cat out)" 'connection refused'
	rc 100 health grpc://127.0.0.1
}

t_tls() {
	cert
	server cert.pem key.pem h2
	rc 0 health --ca-file cert.pem "grpcs://localhost:$PORT/ok" "h2pings://localhost:$PORT"
	rc 0 health --ca-file cert.pem --tls-server-name right.example "grpcs://127.0.0.1:$PORT"
	rc 1 health --ca-file cert.pem --tls-server-name wrong.example "grpcs://127.0.0.1:$PORT"
	like "$(cat out)" 'certificate is not valid for the name'
	rc 1 health "grpcs://localhost:$PORT"
	like "$(cat out)" 'certificate signed by unknown authority'
	rc 0 health --tls-skip-verify "grpcs://127.0.0.1:$PORT"
	rc 1 health "grpc://127.0.0.1:$PORT"
}

# A server that agrees on nothing by ALPN is not spoken to.
t_alpn() {
	cert
	server cert.pem key.pem
	rc 1 health --ca-file cert.pem "grpcs://localhost:$PORT"
	like "$(cat out)" 'tls: the server does not speak h2'
}

t_probe() {
	server
	rc 0 grpc_health_probe -addr="127.0.0.1:$PORT"
	is "$(cat err)" "status: SERVING"
	rc 0 grpc_health_probe --addr ":$PORT" -service ok -v
	like "$(cat err)" "time elapsed: connect="
	rc 4 grpc_health_probe -addr="127.0.0.1:$PORT" -service=bad
	is "$(cat err)" 'service unhealthy (responded with "NOT_SERVING")'
	rc 3 grpc_health_probe -addr="127.0.0.1:$PORT" -service=nobody
	is "$(cat err)" 'error: health rpc failed: rpc error: code = NotFound desc = unknown service "nobody"'
	rc 3 grpc_health_probe -addr="127.0.0.1:$PORT" -service=old
	like "$(cat err)" 'does not implement the grpc health protocol (grpc.health.v1.Health)'
	rc 3 grpc_health_probe -addr="127.0.0.1:$PORT" -service=slow -rpc-timeout=200ms
	is "$(cat err)" 'timeout: health rpc did not complete within 200ms'
	rc 2 grpc_health_probe -addr=127.0.0.1:1 -connect-timeout=250ms
	is "$(cat err)" 'timeout: failed to connect service "127.0.0.1:1" within 250ms'
}

# It goes on trying while there is time.
t_probe_waits() {
	PORT=$(free_port)
	bg grpc_health_probe -addr="127.0.0.1:$PORT" -connect-timeout=20s
	local probe=$PID
	free_port() { echo "$PORT"; }
	server
	within 10 dead "$probe"
	wait "$probe" || fail "exit $?"
}

t_probe_tls() {
	cert
	server cert.pem key.pem h2
	rc 0 grpc_health_probe -addr="localhost:$PORT" -tls -tls-ca-cert=cert.pem
	rc 0 grpc_health_probe -addr="127.0.0.1:$PORT" -tls -tls-no-verify
	rc 0 grpc_health_probe -addr="127.0.0.1:$PORT" -tls -tls-ca-cert=cert.pem -tls-server-name=right.example
	rc 2 grpc_health_probe -addr="127.0.0.1:$PORT" -tls -connect-timeout=300ms
}

t_probe_usage() {
	local want
	while IFS='|' read -r args want; do
		# shellcheck disable=SC2086 # words
		rc 1 grpc_health_probe $args
		is "$(cat err)" "$want" "$args"
	done <<-'EOF'
		|error: -addr not specified
		-addr=h:1 -connect-timeout=0s|error: -connect-timeout must be greater than zero (specified: 0s)
		-addr=h:1 -rpc-timeout=-1s|error: -rpc-timeout must be greater than zero (specified: -1s)
		-addr=h:1 -tls-no-verify|error: specified -tls-no-verify without specifying -tls
		-addr=h:1 -tls -tls-client-cert=x|error: specified -tls-client-cert without specifying -tls-client-key
		-addr=h:1 -tls -tls-no-verify -tls-ca-cert=x|error: cannot specify -tls-ca-cert with -tls-no-verify (CA cert would not be used)
		-addr=h:1 -tls -tls-ca-cert=/none|failed to initialize tls credentials. error=open /none: no such file or directory
		-nope|flag provided but not defined: -nope
	EOF
	rc 0 grpc_health_probe -h
}

for t in grpc tls alpn probe probe_waits probe_tls probe_usage; do
	check $t
done
finish
