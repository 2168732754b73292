// SPDX-License-Identifier: MIT
/* host_net - `sockaddr`: the addresses of the machine's interfaces, one map
 * each: name, flags (Go's bits), address ("10.0.0.1/8"), default, index, mtu;
 * in the order of the interfaces, and of the kernel within one. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/file.h"
#include "render/host.h"

/* The interface of the IPv4 default route, from /proc/net/route: columns
 * Iface Destination Gateway Flags ...; "" when there is none. */
static void find_default(char name[IFNAMSIZ])
{
	struct buf BUF_AUTO b = {0};
	struct str rest, line, word;

	name[0] = '\0';
	if (file_read(AT_FDCWD, "/proc/net/route", &b, 1 << 20, NULL) < 0)
		return;
	rest = str_n(buf_str(&b), b.len);
	while (str_split(&rest, '\n', &line)) {
		struct str face;

		if (!str_split(&line, '\t', &face) ||
		    !str_split(&line, '\t', &word) ||
		    !str_is(word, "00000000") || face.n >= IFNAMSIZ)
			continue;
		memcpy(name, face.p, face.n);
		name[face.n] = '\0';
		return;
	}
}

static int64_t go_flags(unsigned f)
{
	static const unsigned bits[] = {IFF_UP, IFF_BROADCAST, IFF_LOOPBACK,
					IFF_POINTOPOINT, IFF_MULTICAST,
					IFF_RUNNING};
	int64_t out = 0;

	for (size_t i = 0; i < COUNT(bits); i++)
		if (f & bits[i])
			out |= INT64_C(1) << i;
	return out;
}

static int count_bits(const void *p, size_t n)
{
	const unsigned char *b = p;
	int bits = 0;

	for (size_t i = 0; i < n; i++)
		for (int k = 7; k >= 0 && b[i] >> k & 1; k--)
			bits++;
	return bits;
}

/* "10.0.0.1/8"; false: neither IPv4 nor IPv6. */
static bool put_address(const struct ifaddrs *i, char out[80])
{
	char ip[INET6_ADDRSTRLEN];
	const void *a, *m;
	size_t n;

	if (!i->ifa_addr || !i->ifa_netmask)
		return false;
	if (i->ifa_addr->sa_family == AF_INET) {
		a = &((const struct sockaddr_in *)(const void *)i->ifa_addr)
			     ->sin_addr;
		m = &((const struct sockaddr_in *)(const void *)i->ifa_netmask)
			     ->sin_addr;
		n = 4;
	} else if (i->ifa_addr->sa_family == AF_INET6) {
		a = &((const struct sockaddr_in6 *)(const void *)i->ifa_addr)
			     ->sin6_addr;
		m = &((const struct sockaddr_in6 *)(const void *)i->ifa_netmask)
			     ->sin6_addr;
		n = 16;
	} else {
		return false;
	}
	if (!inet_ntop(i->ifa_addr->sa_family, a, ip, sizeof(ip)))
		return false;
	snprintf(out, 80, "%s/%d", ip, count_bits(m, n));
	return true;
}

static int mtu_of(const char *name)
{
	struct ifreq r = {.ifr_mtu = 0};
	int FD_AUTO fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(name) >= sizeof(r.ifr_name))
		return 0;
	memcpy(r.ifr_name, name, strlen(name) + 1);
	return ioctl(fd, SIOCGIFMTU, &r) == 0 ? r.ifr_mtu : 0;
}

static int add(struct arena *a, struct val *out, const struct ifaddrs *i,
	       const char *route)
{
	struct val m = val_map(a, &type_map_any);
	char text[80];

	if (!put_address(i, text))
		return 0;
	val_map_sets(a, &m, STR("name"),
		     val_cstr(arena_strdup(a, i->ifa_name)));
	val_map_sets(a, &m, STR("flags"), val_int(go_flags(i->ifa_flags)));
	val_map_sets(a, &m, STR("address"), val_cstr(arena_strdup(a, text)));
	val_map_sets(a, &m, STR("default"),
		     val_bool(!strcmp(route, i->ifa_name)));
	val_map_sets(a, &m, STR("index"),
		     val_int(if_nametoindex(i->ifa_name)));
	val_map_sets(a, &m, STR("mtu"), val_int(mtu_of(i->ifa_name)));
	return val_push(a, out, m);
}

/* Whether an earlier entry has the same name. */
static bool seen(const struct ifaddrs *all, const struct ifaddrs *i)
{
	for (; all != i; all = all->ifa_next)
		if (!strcmp(all->ifa_name, i->ifa_name))
			return true;
	return false;
}

int host_interfaces(void *ctx, struct arena *a, struct val *out, struct err *e)
{
	struct job *j = ctx;
	struct ifaddrs *all;
	char route[IFNAMSIZ];
	int ret = 0;

	if (j) /* the registrar has none */
		j->pure = false;
	if (getifaddrs(&all) < 0)
		return err_set(e, errno, "unable to list the interfaces");
	find_default(route);
	*out = val_list(a, &type_anys, 8);
	for (struct ifaddrs *i = all; i; i = i->ifa_next) {
		if (seen(all, i))
			continue;
		for (struct ifaddrs *k = i; k && ret == 0; k = k->ifa_next)
			if (!strcmp(k->ifa_name, i->ifa_name))
				ret = add(a, out, k, route);
	}
	freeifaddrs(all);
	return ret < 0 ? err_nomem(e) : 0;
}
