#!/bin/bash
# The client of etcd before Debian's etcd: plain, with users, with TLS both ways; and what it says of each that
# does not fit.  tests/e2e/etcd_ask.c asks for what a node asks for.
# shellcheck disable=SC2317 # what is tested is called by name
. "$(dirname "$0")/lib.sh"
ASK=${ETCD_ASK:-$HERE/../../build/tests/e2e/etcd_ask}
for program in etcd etcdctl openssl; do
	command -v $program >/dev/null || skip_all "no $program here"
done
[ -x "$ASK" ] || skip_all "there is no $ASK; say ETCD_ASK=..."

AT=127.0.0.1:2379
export ETCDCTL_API=3

# start_etcd SCHEME [OPTIONS]: an empty one; its log is $W/etcd.log.
start_etcd() {
	local scheme=$1
	shift
	rm -rf "$W/data"
	etcd --name e --data-dir "$W/data" --log-outputs stderr --listen-peer-urls http://127.0.0.1:2380 \
		--listen-client-urls "$scheme://$AT" --advertise-client-urls "$scheme://$AT" "$@" 2>"$W/etcd.log" &
	pid[etcd]=$!
	eventually etcd_listens && return
	tail -n 20 "$W/etcd.log"
	return 1
}
etcd_listens() {
	grep -q 'ready to serve client requests\|serving client' "$W/etcd.log" && (: <"/dev/tcp/${AT/://}") 2>/dev/null
}
stop_etcd() {
	kill "${pid[etcd]}"
	wait "${pid[etcd]}"
	unset "pid[etcd]"
}

ask() { timeout 90 "$ASK" "$@"; }
# says WORDS COMMAND...: it fails, and says so in one line.
says() {
	local words=$1 out
	shift
	out=$("$@") && echo "it went well" && return 1
	echo "$out" | tail -n 1 | grep -E -- "$words" || { echo "$out" && return 1; }
}

etcd --version >"$W/version" 2>&1 || skip_all "etcd does not run here"
start_etcd http || skip_all "etcd does not start here: $(tail -n 1 "$W/etcd.log")"

t "plain" ask /plain "http://$AT"
t "an endpoint where nobody listens is passed over" says 'http://127.0.0.1:1: no connection: Connection refused$' \
	ask /none http://127.0.0.1:1 "http://$AT"
t "TLS where there is none" says "https://$AT: it closed the connection instead of speaking TLS$" ask /x "https://$AT"
t "a user where etcd knows none" ask -u root:sesame /without "http://$AT"

enable_users() {
	etcdctl --endpoints "http://$AT" user add root:sesame &&
		etcdctl --endpoints "http://$AT" user grant-role root root &&
		etcdctl --endpoints "http://$AT" auth enable
}
t "etcd has users" enable_users
t "with a user" ask -u root:sesame /user "http://$AT"
t "without" says "http://$AT: etcdserver: user name is empty" ask /x "http://$AT"
t "a wrong password" says "http://$AT: etcdserver: authentication failed" ask -u root:wrong /x "http://$AT"
t "and no word of it" not says wrong ask -u root:wrong /x "http://$AT"
stop_etcd

# -- TLS: an authority, etcd's certificate, ours; and an authority of a stranger --

authority() { # NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
		-keyout "$W/$1.key" -out "$W/$1.pem"
}
signed() { # NAME BY EXTENSION...
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
		-keyout "$W/$1.key" -out "$W/$1.csr" &&
		openssl x509 -req -in "$W/$1.csr" -CA "$W/$2.pem" -CAkey "$W/$2.key" -CAcreateserial -days 2 \
			-extfile <(printf '%s\n' "${@:3}") -out "$W/$1.pem"
}
certificates() {
	authority ours && authority theirs &&
		signed etcd ours "subjectAltName=IP:127.0.0.1" "extendedKeyUsage=serverAuth,clientAuth" &&
		signed elsewhere ours "subjectAltName=IP:192.0.2.1" "extendedKeyUsage=serverAuth,clientAuth" &&
		signed node ours "extendedKeyUsage=clientAuth" &&
		signed stranger theirs "extendedKeyUsage=clientAuth"
}
t "certificates" certificates

need start_etcd https --cert-file "$W/etcd.pem" --key-file "$W/etcd.key"
t "TLS" ask -a "$W/ours.pem" /tls "https://$AT"
t "signed by another" says "https://$AT: its certificate is not signed by $W/theirs.pem" ask -a "$W/theirs.pem" /x "https://$AT"
t "signed by nobody known" says "is not signed by anybody this machine trusts" ask /x "https://$AT"
t "no TLS where there is" says "http://$AT: it closed the connection without an answer$" ask /x "http://$AT"
stop_etcd

need start_etcd https --cert-file "$W/etcd.pem" --key-file "$W/etcd.key" --client-cert-auth --trusted-ca-file "$W/ours.pem"
t "TLS both ways" ask -a "$W/ours.pem" -c "$W/node.pem" -k "$W/node.key" /both "https://$AT"
t "no certificate of ours" says "https://$AT: it (demands a|does not accept our) certificate" ask -a "$W/ours.pem" /x "https://$AT"
# The alert that says why may be lost with the connection.
t "a stranger's" says "https://$AT: (it (demands a|does not accept our) certificate|the connection broke)" \
	ask -a "$W/ours.pem" -c "$W/stranger.pem" -k "$W/stranger.key" /x "https://$AT"
stop_etcd

need start_etcd https --cert-file "$W/elsewhere.pem" --key-file "$W/elsewhere.key"
t "of another host" says "https://$AT: its certificate is not accepted: .*127.0.0.1" ask -a "$W/ours.pem" /x "https://$AT"
stop_etcd
finish
