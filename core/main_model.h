// SPDX-License-Identifier: MIT
/* main_model - how the help and licence texts are kept: a bitwise context
 * model (orders 0 to 4 and 6, the word, two words, and where these bytes stood
 * before) mixed by two small perceptrons and coded with a binary arithmetic
 * coder. Text shrinks to less than a quarter, which pays for this code many
 * times; reading a text back takes some milliseconds and about 9 MB of memory
 * for that moment. The packer (scripts/pack.c, at build
 * time) and the reader (core/main_text.c) share this file, so they cannot
 * disagree. Integers only: the same on every machine. */
#ifndef BASEBOX_MAIN_MODEL_H
#define BASEBOX_MAIN_MODEL_H

#include <stdint.h>
#include <string.h>

enum {
	MODEL_ORDERS = 8,   /* contexts mixed, see model_byte */
	MODEL_INPUTS = MODEL_ORDERS + 1,
	MODEL_BITS = 18,    /* slots of one context's table, log2 */
	MODEL_LIMIT = 24,   /* a slot adapts by 1/(n + 1.4), n up to this */
	MODEL_RATE = 13,    /* how fast the weights learn, a right shift */
	MODEL_PAST = 1 << 17, /* bytes looked back for a match */
};

struct model {
	/* a slot: 22 bits of probability that the next bit is 1, 10 of count */
	uint32_t slots[MODEL_ORDERS][1 << MODEL_BITS];
	/* 16.16, by the bits of this byte, and by the byte before */
	int32_t weights[2][256][MODEL_INPUTS];
	int16_t stretch[4096];              /* ln(p/(1-p)), 8 bits of fraction */
	uint32_t base[MODEL_ORDERS];        /* hash of each context */
	uint32_t *at[MODEL_ORDERS];         /* the slots this bit uses */
	int32_t in[MODEL_INPUTS];           /* their stretched probabilities */
	uint32_t history;                   /* the last four bytes */
	uint32_t older;                     /* the two before those */
	uint32_t word;                      /* hash of the letters before here */
	uint32_t last;                      /* of the word before that */
	uint32_t seen[1 << 16];             /* where such six bytes ended */
	uint8_t past[MODEL_PAST];           /* all bytes so far */
	uint32_t pos;                       /* their number */
	uint32_t match, run;                /* what follows there, how long */
	int32_t each[2];                    /* what each perceptron expects */
	uint32_t bits;                      /* of this byte so far, led by a 1 */
	int32_t p;                          /* of a 1 bit, 1...4095 of 4096 */
};

/* 4096 / (1 + e^-x), x in 1/256: between the 33 points by straight lines. */
static int32_t model_squash(int32_t x)
{
	static const int16_t at[33] = {
		1,    2,    3,    6,    10,   16,   27,   45,   73,
		120,  194,  310,  488,  747,  1101, 1546, 2047, 2549,
		2994, 3348, 3607, 3785, 3901, 3975, 4024, 4050, 4068,
		4079, 4085, 4089, 4092, 4093, 4094,
	};
	int32_t i, w;

	if (x > 2047)
		return 4095;
	if (x < -2047)
		return 1;
	i = (x >> 7) + 16;
	w = x & 127;
	return (at[i] * (128 - w) + at[i + 1] * w + 64) >> 7;
}

static uint32_t model_hash(uint32_t a, uint32_t b)
{
	a = (a + 1) * 0x9E3779B1u ^ (b + 0x7F4A7C15u) * 0x85EBCA6Bu;
	return a ^ a >> 15;
}

static int32_t *model_weights(struct model *m, int set)
{
	return m->weights[set][set ? m->history & 255 : m->bits];
}

/* What the byte after the match makes of the next bit: more with its length. */
static int32_t model_match(struct model *m)
{
	uint32_t byte = m->past[m->match % MODEL_PAST] | 256;
	int left = __builtin_clz(m->bits) - 23; /* bits of this byte to come */
	int32_t trust = 64 + 32 * (int32_t)(m->run < 31 ? m->run : 31);

	if (m->run && byte >> left == m->bits)
		return byte >> (left - 1) & 1 ? trust : -trust;
	m->run = 0;
	return 0;
}

/* The probability of the next bit, from the slots of each context. */
static void model_predict(struct model *m)
{
	int32_t sum = 0;

	for (int i = 0; i < MODEL_ORDERS; i++) {
		uint32_t h = model_hash(m->base[i], m->bits * 0x2F0B4C47u);

		m->at[i] = &m->slots[i][h >> (32 - MODEL_BITS)];
		m->in[i] = m->stretch[*m->at[i] >> 20];
	}
	m->in[MODEL_ORDERS] = model_match(m);
	for (int set = 0; set < 2; set++) {
		int64_t dot = 0;
		const int32_t *w = model_weights(m, set);

		for (int i = 0; i < MODEL_INPUTS; i++)
			dot += (int64_t)m->in[i] * w[i];
		dot >>= 16;
		dot = dot > 2047 ? 2047 : dot < -2047 ? -2047 : dot;
		m->each[set] = model_squash((int32_t)dot);
		sum += (int32_t)dot;
	}
	m->p = model_squash(sum / 2);
}

/* Goes on with the match, or looks for one of these six bytes. */
static void model_look(struct model *m, uint32_t hash, uint32_t c)
{
	uint32_t *seen = &m->seen[hash >> 16];

	m->run = m->run && m->past[m->match % MODEL_PAST] == c ? m->run + 1 : 0;
	m->match++;
	m->past[m->pos++ % MODEL_PAST] = (uint8_t)c;
	if (!m->run && *seen) {
		m->match = *seen;
		while (m->run < 32 && m->run < m->match &&
		       m->past[(m->match - m->run - 1) % MODEL_PAST] ==
			       m->past[(m->pos - m->run - 1) % MODEL_PAST])
			m->run++;
	}
	*seen = m->pos;
}

/* A byte is complete: the contexts of the next one. */
static void model_byte(struct model *m)
{
	uint32_t c = m->bits & 255, h;

	m->older = m->older << 8 | m->history >> 24;
	m->history = h = m->history << 8 | c;
	if ((c | 32) - 'a' < 26) {
		m->word = model_hash(m->word, c | 32);
	} else if (m->word) {
		m->last = m->word;
		m->word = 0;
	}
	for (int i = 0; i < 4; i++)
		m->base[i] = model_hash(h & 0xFFFFFFFF >> (24 - 8 * i),
					(uint32_t)i + 1);
	m->base[4] = model_hash(h, (m->older & 0xFFFF) << 16 | 6);
	m->base[5] = model_hash(m->word, 7);
	m->base[6] = model_hash(m->word, m->last + 8);
	m->base[7] = 0;
	model_look(m, m->base[4], c);
	m->bits = 1;
}

static void model_init(struct model *m)
{
	int32_t p = 0;

	memset(m, 0, sizeof(*m));
	for (int32_t x = -2047; x <= 2047; x++)
		for (int32_t to = model_squash(x); p <= to; p++)
			m->stretch[p] = (int16_t)x;
	for (; p < 4096; p++)
		m->stretch[p] = 2047;
	for (int i = 0; i < MODEL_INPUTS; i++)
		for (int k = 0; k < 256; k++)
			m->weights[0][k][i] = m->weights[1][k][i] = 1 << 14;
	for (int i = 0; i < MODEL_ORDERS; i++)
		for (int k = 0; k < 1 << MODEL_BITS; k++)
			m->slots[i][k] = 1u << 31;
	model_byte(m);
	model_predict(m);
}

/* Where [low, high] divides: a 1 takes the part up to here. */
static uint32_t model_split(const struct model *m, uint32_t low, uint32_t high)
{
	return low + (uint32_t)((uint64_t)(high - low) * (uint32_t)m->p >> 12);
}

/* Learns the bit that was coded with m->p and predicts the next one. */
static void model_update(struct model *m, int bit)
{
	for (int i = 0; i < 2 * MODEL_INPUTS; i++) {
		int set = i & 1, k = i >> 1;

		model_weights(m, set)[k] +=
			(m->in[k] * ((bit << 12) - m->each[set]) * 8 +
			 (1 << (MODEL_RATE - 1))) >>
			MODEL_RATE;
	}
	for (int i = 0; i < MODEL_ORDERS; i++) {
		uint32_t s = *m->at[i], n = s & 1023;
		int64_t d = ((int64_t)bit << 22) - (s >> 10);

		d = d * 5 / (int)(5 * n + 7);
		s += (uint32_t)(int32_t)d << 10;
		*m->at[i] = n < MODEL_LIMIT ? s + 1 : s;
	}
	m->bits = m->bits << 1 | (uint32_t)bit;
	if (m->bits >= 256)
		model_byte(m);
	model_predict(m);
}

#endif
