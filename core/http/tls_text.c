// SPDX-License-Identifier: MIT
/* The texts of the TLS library's error codes, in place of its own
 * mbedtls_strerror (which curl calls too): that one knows every code of every
 * module and weighs 15 kB. Here are those that a user can meet and act on; any
 * other is printed as its number. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <mbedtls/error.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509.h>

/* Codes are 0x80 * n for modules, below 0x80 for the layer under them. */
#define CODE(c, text)                                                          \
	{                                                                      \
		-(MBEDTLS_ERR_##c), text                                       \
	}

static const struct {
	uint16_t code;
	char text[46];
} texts[] = {
	CODE(SSL_CONN_EOF, "the peer closed the connection"),
	CODE(SSL_PEER_CLOSE_NOTIFY, "the peer ended the session"),
	CODE(SSL_FATAL_ALERT_MESSAGE, "the peer sent a fatal alert"),
	CODE(SSL_HANDSHAKE_FAILURE, "handshake failure"),
	CODE(SSL_BAD_PROTOCOL_VERSION, "no TLS version in common"),
	CODE(SSL_INVALID_RECORD, "the peer does not speak TLS"),
	CODE(SSL_UNEXPECTED_MESSAGE, "unexpected TLS message"),
	CODE(SSL_ILLEGAL_PARAMETER, "illegal parameter in the handshake"),
	CODE(SSL_DECODE_ERROR, "malformed TLS message"),
	CODE(SSL_INVALID_MAC, "a record failed authentication"),
	CODE(SSL_BAD_CERTIFICATE, "malformed certificate from the peer"),
	CODE(SSL_NO_CLIENT_CERTIFICATE, "the peer asks for a certificate"),
	CODE(SSL_PRIVATE_KEY_REQUIRED, "the certificate needs its private key"),
	CODE(SSL_UNRECOGNIZED_NAME, "the peer does not know the server name"),
	CODE(SSL_NO_APPLICATION_PROTOCOL, "no application protocol in common"),
	CODE(SSL_PK_TYPE_MISMATCH, "the key does not fit the cipher suite"),
	CODE(SSL_ALLOC_FAILED, "out of memory"),
	CODE(X509_CERT_VERIFY_FAILED, "certificate verification failed"),
	CODE(X509_CERT_UNKNOWN_FORMAT, "not a PEM or DER certificate"),
	CODE(X509_INVALID_FORMAT, "malformed certificate"),
	CODE(X509_INVALID_VERSION, "malformed certificate version"),
	CODE(X509_INVALID_NAME, "malformed name in a certificate"),
	CODE(X509_INVALID_DATE, "malformed date in a certificate"),
	CODE(X509_INVALID_EXTENSIONS, "malformed certificate extension"),
	CODE(X509_UNKNOWN_SIG_ALG, "unknown signature algorithm"),
	CODE(X509_UNKNOWN_VERSION, "unknown certificate version"),
	CODE(X509_FATAL_ERROR, "certificate verification broke off"),
	CODE(PK_KEY_INVALID_FORMAT, "malformed private key"),
	CODE(PK_KEY_INVALID_VERSION, "unknown version of private key"),
	CODE(PK_UNKNOWN_PK_ALG, "unknown key algorithm"),
	CODE(PK_UNKNOWN_NAMED_CURVE, "unknown elliptic curve"),
	CODE(PK_PASSWORD_REQUIRED, "the private key is encrypted"),
	CODE(PK_FEATURE_UNAVAILABLE, "kind of key that is not supported"),
	CODE(PEM_NO_HEADER_FOOTER_PRESENT, "no PEM block found"),
	CODE(PEM_INVALID_DATA, "malformed PEM data"),
	CODE(PEM_UNKNOWN_ENC_ALG, "PEM block with unknown encryption"),
	CODE(PEM_PASSWORD_REQUIRED, "the PEM block is encrypted"),
};

void mbedtls_strerror(int ret, char *text, size_t n)
{
	unsigned code = (unsigned)(ret < 0 ? -ret : ret);

	if (!n)
		return;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].code == (code & 0xFF80)) {
			snprintf(text, n, "%s", texts[i].text);
			return;
		}
	snprintf(text, n, "TLS library error -0x%04X", code);
}
