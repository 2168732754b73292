// SPDX-License-Identifier: MIT

// regex writes a table of regular expressions, texts and what Go's package
// regexp makes of them, in the form that tests/unit/regex_test.c reads:
//
//	go run scripts/oracle/regex.go [-seed N] [-n PATTERNS] [-texts N] [-in FILE]
//
// Without -in the patterns are made up, and tried on -texts texts each. With it
// they are read, one per line (escaped as in the table; "L<tab>" or "X<tab>"
// before it), each followed by lines " TEXT" it is tried on. A tab in the table
// is written \x09. tests/unit/regex.table is regex.patterns and then
// -seed 7 -n 150 -texts 2.
//
// Lines of the table (\xNN stands for a byte; fields end with a tab):
//
//	P <- | L | X> PATTERN    compile (L longest, X POSIX)
//	E TEXT                   its error
//	G NAME...                names of the groups
//	T TEXT                   the text for what follows
//	F OFFSETS                first match: "0-2,1-2,-" per group, "none"
//	A OFFSETS;OFFSETS...     all matches
//	R TEMPLATE RESULT        replace with a template
//	S N PIECE...             split into at most N
package main

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"regexp"
	"strings"
)

var out = bufio.NewWriter(os.Stdout)

func esc(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c > 0x7e || c == '\\' && i+1 < len(s) && s[i+1] == 'x' {
			fmt.Fprintf(&b, "\\x%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unesc(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		var v int
		if s[i] == '\\' && i+3 < len(s) && s[i+1] == 'x' {
			if _, err := fmt.Sscanf(s[i+2:i+4], "%02x", &v); err == nil {
				b = append(b, byte(v))
				i += 3
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func locs(m []int) string {
	var p []string
	for i := 0; i+1 < len(m); i += 2 {
		if m[i] < 0 {
			p = append(p, "-")
		} else {
			p = append(p, fmt.Sprintf("%d-%d", m[i], m[i+1]))
		}
	}
	if p == nil {
		return "none"
	}
	return strings.Join(p, ",")
}

func compile(kind, pat string) *regexp.Regexp {
	var re *regexp.Regexp
	var err error
	if kind == "X" {
		re, err = regexp.CompilePOSIX(pat)
	} else {
		re, err = regexp.Compile(pat)
	}
	fmt.Fprintf(out, "P %s\t%s\n", kind, esc(pat))
	if err != nil {
		fmt.Fprintf(out, "E %s\n", esc(err.Error()))
		return nil
	}
	if kind == "L" {
		re.Longest()
	}
	if re.NumSubexp() > 0 {
		fmt.Fprintf(out, "G %s\n", strings.Join(re.SubexpNames()[1:], "\t"))
	}
	return re
}

var templates = []string{"$1", "<$0>", "${1}x$2", "$1x", "$$-${n}$n", "x", "",
	"${", "$", "$10", "${1", "$x$_", "${01}", "é$1", "$name", "$1$2$3"}

func try(re *regexp.Regexp, text, tmpl string, n int) {
	fmt.Fprintf(out, "T %s\n", esc(text))
	fmt.Fprintf(out, "F %s\n", locs(re.FindStringSubmatchIndex(text)))
	var all []string
	for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
		all = append(all, locs(m))
	}
	fmt.Fprintf(out, "A %s\n", strings.Join(all, ";"))
	fmt.Fprintf(out, "R %s\t%s\n", esc(tmpl), esc(re.ReplaceAllString(text, tmpl)))
	pieces := re.Split(text, n)
	for i := range pieces {
		pieces[i] = esc(pieces[i])
	}
	fmt.Fprintf(out, "S %d", n)
	for _, p := range pieces {
		fmt.Fprintf(out, "\t%s", p)
	}
	fmt.Fprintln(out)
}

// --- made up ---

// What newer versions of Go understand more than some that run this: freely
// spelled Unicode classes, (?<name>.
var newer = regexp.MustCompile(`\\[pP](\{?\^?[a-z]|\{\^?[^}]*[_ -])|\(\?<`)

var r *rand.Rand

func pick(s []string) string { return s[r.Intn(len(s))] }

var atoms = []string{"a", "b", "c", "a", "b", "ab", "abc", ".", "é", "k", "s", "x", "_", "0",
	`\d`, `\w`, `\s`, `\D`, `\W`, `\S`, `\b`, `\B`, `^`, `$`, `\A`, `\z`, `\n`, `\x61`,
	`\x{e9}`, `\pL`, `\PL`, `\p{Greek}`, `\p{Lu}`, `\P{^Ll}`, `\141`, `\.`, `\Qa.b\E`,
	"[ab]", "[^a]", "[a-c]", "[^a-c]", "[[:alpha:]]", "[[:^digit:]x]", `[\d_]`, `[^\w]`,
	"[é-ü]", `[\x{3b1}-\x{3c9}]`, "[K]", "[a\\-z]", "[]a]", "[^]a]", "[a-]", `[\pN]`,
	"σ", "ς", "日", "\xef\xbf\xbd", "[\xef\xbf\xbd]", "", "(?i)", "(?s)", "(?m)", "(?U)", "(?-i)"}
var reps = []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{,2}", "{2,3}?",
	"{0}", "{3}", "{1}", "{0,1}", "{2,}"}
var groups = []string{"(", "(", "(", "(?:", "(?P<n>", "(?i:", "(?s:", "(?m:", "(?U:", "(?i-s:",
	"(?ms-i:"}

func gen(depth int) string {
	switch {
	case depth <= 0 || r.Intn(10) < 3:
		return pick(atoms)
	case r.Intn(10) < 4:
		var b string
		for i := r.Intn(4) + 1; i > 0; i-- {
			b += gen(depth - 1)
		}
		return b
	case r.Intn(10) < 4:
		return gen(depth-1) + pick(reps)
	case r.Intn(10) < 6:
		return pick(groups) + gen(depth-1) + ")"
	default:
		return pick(groups) + gen(depth-1) + "|" + gen(depth-1) + ")"
	}
}

var junk = []string{"(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "^", "$", "\\", "a", "-",
	":", "<", ">", "P", "i", "s", "m", "U", "=", "!", "0", "1", "1000", "1001", ",", "[:alpha:]",
	"[:", ":]", "\\p", "\\pN", "\\p{", "\\x", "\\x{", "(?", "(?P<", "(?P<a>", "\\Q", "\\E",
	"\\C", "\\8", "\\1", "\\07", "\xff", "\xc3", "é", "_", "\\_", "\\é", "\\b", "\\z", "\\Z",
	"[[:word:]]", "[^", "n", "\\a", "\\d", "\\pX", "\\p{Nope}", "\\p{^Lu}", "\\PZ", "\n"}

func mangle(p string) string {
	for i := r.Intn(3) + 1; i > 0; i-- {
		at := r.Intn(len(p) + 1)
		switch r.Intn(3) {
		case 0:
			p = p[:at] + pick(junk) + p[at:]
		case 1:
			p = p[:at] + pick(junk)
		default:
			end := at + r.Intn(len(p)-at+1)
			p = p[:at] + p[end:]
		}
	}
	return p
}

var pieces = []string{"a", "b", "c", "a", "b", "a", "ab", "abc", "A", "B", "k", "K", "\u212a", "s",
	"\u017f", "é", "É", "σ", "ς", "Σ", "日", " ", "\n", "\t", "_", "0", "1", "x", ".", "-",
	"\xff", "\xc3", "\xe6\x97", "\xef\xbf\xbd", "\U0001F600", "\x00", "ü", "a.b", "aaa", "bbb"}

func text(long bool) string {
	var b string
	for i := r.Intn(9); i > 0; i-- {
		b += pick(pieces)
	}
	if long && r.Intn(50) == 0 {
		b = strings.Repeat(b, 300)
	}
	return b
}

func main() {
	seed := flag.Int64("seed", 1, "")
	n := flag.Int("n", 1000, "")
	texts := flag.Int("texts", 6, "")
	in := flag.String("in", "", "")
	flag.Parse()
	defer out.Flush()
	r = rand.New(rand.NewSource(*seed))
	if *in != "" {
		f, err := os.Open(*in)
		if err != nil {
			panic(err)
		}
		var re *regexp.Regexp
		sc := bufio.NewScanner(f)
		sc.Buffer(nil, 1<<24)
		for sc.Scan() {
			line := sc.Text()
			if strings.HasPrefix(line, " ") {
				if re != nil {
					try(re, unesc(line[1:]), pick(templates), r.Intn(5)-1)
				}
				continue
			}
			kind := "-"
			if len(line) > 1 && line[1] == '\t' {
				kind, line = line[:1], line[2:]
			}
			re = compile(kind, unesc(line))
		}
		return
	}
	for i := 0; i < *n; i++ {
		pat := gen(1 + r.Intn(5))
		if r.Intn(4) == 0 {
			pat = mangle(pat)
		}
		if newer.MatchString(pat) {
			continue
		}
		kind := "-"
		switch r.Intn(10) {
		case 0:
			kind = "L"
		case 1:
			kind = "X"
		}
		re := compile(kind, pat)
		for k := 0; re != nil && k < *texts; k++ {
			try(re, text(*texts > 2), pick(templates), r.Intn(5)-1)
		}
	}
}
