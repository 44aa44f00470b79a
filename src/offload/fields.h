/* Where the fields lie that cutting and putting together change: offsets behind the header they are
 * in (RFC 791 §3.1, RFC 8200 §3, RFC 768, RFC 9293 §3.1). */
#ifndef OFFLOAD_FIELDS_H
#define OFFLOAD_FIELDS_H

enum {
	IPV4_TOTAL_AT = 2,
	IPV4_ID_AT = 4,
	IPV4_FRAGMENT_AT = 6,
	IPV4_SUM_AT = 10,
	IPV4_ADDRS_AT = 12,
	IPV6_PAYLOAD_AT = 4,
	IPV6_NEXT_AT = 6,
	UDP_LENGTH_AT = 4,
	UDP_SUM_AT = 6,
	TCP_SEQ_AT = 4,
	TCP_ACK_AT = 8,
	TCP_OFFSET_AT = 12, /* data offset and flags share a word */
	TCP_FLAGS_AT = 13,
	TCP_WINDOW_AT = 14,
	TCP_SUM_AT = 16,
	TCP_URGENT_AT = 18,
};

enum { TCP_FIN = 0x01, TCP_PSH = 0x08, TCP_ACK = 0x10, TCP_ECE = 0x40, TCP_CWR = 0x80 };

#endif
