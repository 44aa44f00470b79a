/* The control protocol: how programs ask a running switch.
 *
 * A UNIX stream socket, one object of JSON in a line each way.  A request names what is to be done and
 * has the words of the command line as keys; the answer is a line per item and a last line:
 *
 *   > {"v":1,"do":"fdb show","dev":"vx100"}
 *   < {"v":1,"item":{"mac":"32:39:e3:57:89:e7","ifname":"vx100","dst":"10.206.67.15",...}}
 *   < {"v":1,"ok":true}
 *   > {"v":1,"do":"fdb add","mac":"32:39:e3:57:89:e7","dev":"vx100","dst":"10.206.67.33"}
 *   < {"v":1,"ok":false,"code":"EEXIST","message":"File exists: ..."}
 *
 * Requests of one connection are answered in their order.  One that says "then":true is carried out only if
 * the one before it was not refused; else it is refused itself, with ECANCELED.  "monitor" has no last line: its items come
 * until the connection ends.  The version is counted up when something changes its meaning; new
 * keys and requests may come without that.  src/ctl/PROTOCOL.md has an example
 * of each request, which is tried.
 *
 * Bounds: a request is at most PROTOCOL_REQUEST bytes; a longer one, or one that is not a request, is
 * answered with EPROTO, and the connection is closed after too long a one. */
#ifndef CTL_PROTOCOL_H
#define CTL_PROTOCOL_H

enum {
	PROTOCOL_VERSION = 1,
	PROTOCOL_REQUEST = 65536, /* bytes, without the line feed */
	PROTOCOL_LINE = 8192,     /* of an answer, with the line feed */
};

#endif
