#!/usr/bin/env bats
# vxs env NET and vxs cni-config NET of a file (-f); a running switch and its env-file are in
# tests/e2e/routed.sh.

# shellcheck disable=SC2154 # call and run set $status and $output
load common

setup() {
	go_inside
	file=$BATS_TEST_TMPDIR/c.yaml
}

# Two nodes on addresses that can be bound anywhere; networks from stdin.
local_cluster() { cluster "$file" 127.0.0.2 127.0.0.3; }

# What env NET prints, all of it.
prints() {
	local net=$1
	call env "$net" -f "$file" --node n1
	[ "$status" = 0 ] || show "env is answered"
	diff -u - "$BATS_TEST_TMPDIR/out"
}

@test "env is flannel's subnet.env, byte for byte" {
	local_cluster <<<'  green: { vni: 2, cidr: 10.230.0.0/16, subnet-length: 24, mtu: 1450, subnets: { n1: 10.230.41.0/24 } }'
	prints green <<-END
		FLANNEL_NETWORK=10.230.0.0/16
		FLANNEL_SUBNET=10.230.41.1/24
		FLANNEL_MTU=1450
		FLANNEL_IPMASQ=false
	END
	prints vx2 <"$BATS_TEST_TMPDIR/out"
	answers '^\[\{"network":"green","FLANNEL_NETWORK":"10.230.0.0/16",' env -j green -f "$file" --node n1
}

@test "env in two families, and in IPv6 alone" {
	local_cluster <<-'END'
		  both: { vni: 2, cidr: 10.42.0.0/16, subnet-length: 24, cidr6: "2001:cafe:42::/56", subnet-length6: auto, mtu: 1400 }
		  six: { vni: 3, cidr6: "fd00::/48", subnet-length6: 64, gateway: "fd00:0:0:5::fe", mtu: 1400 }
		  none: { vni: 4, cidr: 10.43.0.0/24, subnet-length: 26, gateway: none, mtu: 1400 }
	END
	prints both <<-END
		FLANNEL_NETWORK=10.42.0.0/16
		FLANNEL_SUBNET=10.42.1.1/24
		FLANNEL_IPV6_NETWORK=2001:cafe:42::/56
		FLANNEL_IPV6_SUBNET=2001:cafe:42:1::1/64
		FLANNEL_MTU=1400
		FLANNEL_IPMASQ=false
	END
	prints six <<-END
		FLANNEL_IPV6_NETWORK=fd00::/48
		FLANNEL_IPV6_SUBNET=fd00:0:0:1::fe/64
		FLANNEL_MTU=1400
		FLANNEL_IPMASQ=false
	END
	prints none <<-END
		FLANNEL_NETWORK=10.43.0.0/24
		FLANNEL_SUBNET=10.43.0.65/26
		FLANNEL_MTU=1400
		FLANNEL_IPMASQ=false
	END
}

# Flannel writes 20 too many: IPv6 has the longer header.
@test "env leaves room for the underlay's family" {
	local green='  green: { vni: 2, cidr: 10.42.0.0/16, subnet-length: 24 }'
	local link='underlay: { mtu: 1500 }'
	cluster "$file" 127.0.0.2 127.0.0.3 <<<"$green"$'\n'"$link"
	call env green -f "$file" --node n1
	grep -qx FLANNEL_MTU=1450 "$BATS_TEST_TMPDIR/out" || show "IPv4: 1450"
	cluster "$file" '"::1"' '"fd00:67::15"' <<<"$green"$'\n'"$link"
	sed -i s/address:/address6:/ "$file"
	call env green -f "$file" --node n1
	grep -qx FLANNEL_MTU=1430 "$BATS_TEST_TMPDIR/out" || show "IPv6: 1430"
}

# field PYTHON: of the configuration list on stdout.
field() { python3 -c "import json, sys; c = json.load(sys.stdin); b = c['plugins'][0]; print(json.dumps(($1)))" <"$BATS_TEST_TMPDIR/out"; }

@test "cni-config of a flat network: a part of one link, without its hosts" {
	local_cluster <<-'END'
		  green:
		    vni: 2
		    bridge: br1
		    cidr: 10.42.0.0/16
		    subnet-length: 24
		    cidr6: "fd00::/48"
		    subnet-length6: 64
		    mtu: 1400
		    hosts:
		      a: { node: n1, ip: 10.42.1.254, mac: "52:54:00:00:00:01" }
		      b: { node: n1, ip: [10.42.1.7, 10.42.1.8], mac: "52:54:00:00:00:02" }
		      c: { node: n2, ip: 10.42.2.9, mac: "52:54:00:00:00:03" }
	END
	answers '"cniVersion": "0.4.0"' cni-config green -f "$file" --node n1
	[ "$(field "c['name'], b['type'], b['bridge'], b['isGateway'], b['ipMasq'], b['mtu'], b['ipam']['type']")" = \
		'["green", "bridge", "br1", true, false, 1400, "host-local"]' ] || show "another bridge"
	[ "$(field "[[r['subnet'], r['rangeStart'], r['rangeEnd'], r['gateway']] for r in b['ipam']['ranges'][0]]")" = \
		'[["10.42.0.0/16", "10.42.1.1", "10.42.1.6", "10.42.1.1"], ["10.42.0.0/16", "10.42.1.9", "10.42.1.253", "10.42.1.1"]]' ] ||
		show "other ranges"
	[ "$(field "[list(r.values()) for r in b['ipam']['ranges'][1]]")" = \
		'[["fd00::/48", "fd00:0:0:1::1", "fd00::1:ffff:ffff:ffff:ffff", "fd00:0:0:1::1"]]' ] ||
		show "other IPv6 ranges"
	answers '^\[\{"cniVersion":"0.4.0","name":"green",' cni-config -j green -f "$file" --node n1
}

@test "cni-config: published ports have a plugin of their own" {
	local_cluster <<<'  green: { vni: 200, cidr: 10.42.0.0/16, subnet-length: 24, routing: routed, mtu: 1400 }'
	answers '"cniVersion": "0.4.0"' cni-config green -f "$file" --node n2
	[ "$(field "c['plugins'][1:]")" = '[{"type": "portmap", "capabilities": {"portMappings": true}}]' ] ||
		show "other plugins"
}

@test "cni-config of a routed network: a link of its own" {
	local_cluster <<<'  green: { vni: 200, cidr: 10.42.0.0/16, subnet-length: 24, routing: routed, mtu: 1400 }'
	answers '"cniVersion": "0.4.0"' cni-config green -f "$file" --node n2
	[ "$(field "b['bridge'], b['isGateway'], b['isDefaultGateway'], b['ipam']['ranges']")" = \
		'["cni200", true, true, [[{"subnet": "10.42.2.0/24", "rangeStart": "10.42.2.1", "rangeEnd": "10.42.2.254", "gateway": "10.42.2.1"}]]]' ] ||
		show "another link"
}

@test "what can not be said" {
	local_cluster <<<'  green: { vni: 2, cidr: 10.42.0.0/16, subnet-length: 24, gateway: none }'
	complains 'which device or network' env
	says 2 'network "blue" gives nodes no subnets' env blue -f "$file" --node n1
	says 2 'no network "gren" here; did you mean "green"' env gren -f "$file" --node n1
	says 2 'network "green" has no bridge' cni-config green -f "$file" --node n1
	says 2 'no node "n3"' env green -f "$file" --node n3
	says 3 'no switch' env green --node nobody
	local_cluster <<<'  green: { vni: x }'
	call env green -f "$file" --node n1
	[ "$status" = 4 ] || show "wanted status 4"
	# More gaps between its hosts than an answer holds.
	{
		echo '  green: { vni: 2, bridge: br1, cidr: 10.42.0.0/16, subnet-length: 24, hosts: {'
		for i in {2..250..2}; do
			printf '    h%d: { node: n1, ip: 10.42.1.%d, mac: "52:54:00:00:00:%02x" },\n' "$i" "$i" "$i"
		done
		echo '  } }'
	} | local_cluster
	says 2 'leave more gaps than an answer holds' cni-config green -f "$file" --node n1
}

@test "env-file wants a whole path, and subnets to tell of" {
	local_cluster <<<'  green: { vni: 2, cidr: 10.42.0.0/16, subnet-length: 24, env-file: subnet.env }'
	finds 'env-file "subnet.env" is not the whole path of a file \[E123\]' check "$file"
	local_cluster <<<'  green: { vni: 2, env-file: /run/e }'
	finds 'env-file is given, and "subnet-length" is not \[E105\]' check "$file"
	local_cluster <<-'END'
		  green: { vni: 2, cidr: 10.42.0.0/16, subnet-length: 24, env-file: /run/e }
		  red: { vni: 3, cidr: 10.43.0.0/16, subnet-length: 24, env-file: /run/e }
	END
	finds "env-file is network \"green\"'s already .line 8.* \[E227\]" check "$file"
}

@test "cni-config of a network that gives out addresses itself is refused" {
	local_cluster <<<'  green: { vni: 2, bridge: br1, cidr: 10.42.0.0/16, subnet-length: 24, mtu: 1400, dhcp: true }'
	call cni-config green -f "$file" --node n1
	[ "$status" = 2 ] || show "it is refused"
	grep -q 'network "green" gives out this node.s addresses itself (dhcp)' "$BATS_TEST_TMPDIR/err" || show "another reason"
}
