#include "etcd_curl.h"

#include <dlfcn.h>
#include <stdio.h>

bool etcd_curl_load(struct etcd_curl *out, char why[ETCD_WHY])
{
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	bool whole = library;

	if (!library) {
		snprintf(why, ETCD_WHY, "to speak with etcd needs libcurl: %.100s", dlerror());
		return false;
	}
#define X(name)                                                       \
	out->name = (typeof(out->name))dlsym(library, "curl_" #name); \
	whole = whole && out->name;
	ETCD_CURL_CALLS(X)
#undef X
	if (!whole)
		snprintf(why, ETCD_WHY,
			 "the libcurl of this machine is too old to speak with etcd");
	dlclose(library); /* it stays */
	return whole;
}
