// SPDX-License-Identifier: MIT
//
// bench_render - the peer of `consul-template -once` in scripts/bench-render:
// one template through Go's text/template, with the functions that the bench's
// templates call.
//
// usage: bench_render TEMPLATE OUT
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"text/template"
)

func explode(m map[string]interface{}) (map[string]interface{}, error) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	top := make(map[string]interface{})
	for _, k := range keys {
		in := top
		parts := strings.Split(k, "/")
		for _, p := range parts[:len(parts)-1] {
			next, ok := in[p].(map[string]interface{})
			if !ok {
				next = make(map[string]interface{})
				in[p] = next
			}
			in = next
		}
		in[parts[len(parts)-1]] = m[k]
	}
	return top, nil
}

func number(v interface{}) int64 {
	switch n := v.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	case float64:
		return int64(n)
	}
	return 0
}

var functions = template.FuncMap{
	"add":       func(b, a interface{}) int64 { return number(a) + number(b) },
	"subtract":  func(b, a interface{}) int64 { return number(a) - number(b) },
	"multiply":  func(b, a interface{}) int64 { return number(a) * number(b) },
	"contains":  func(v, l string) bool { return strings.Contains(l, v) },
	"explodeMap": explode,
	"base64Encode": func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(s))
	},
	"file": func(name string) (string, error) {
		b, err := os.ReadFile(name)
		return string(b), err
	},
	"join":     func(sep string, l []string) string { return strings.Join(l, sep) },
	"parseInt": func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) },
	"parseJSON": func(s string) (v interface{}, err error) {
		err = json.Unmarshal([]byte(s), &v)
		return
	},
	"regexReplaceAll": func(re, to, s string) (string, error) {
		c, err := regexp.Compile(re)
		if err != nil {
			return "", err
		}
		return c.ReplaceAllString(s, to), nil
	},
	"replaceAll": func(from, to, s string) string { return strings.ReplaceAll(s, from, to) },
	"sha256Hex": func(s string) string {
		h := sha256.Sum256([]byte(s))
		return hex.EncodeToString(h[:])
	},
	"split": func(sep, s string) []string { return strings.Split(s, sep) },
	"toJSON": func(v interface{}) (string, error) {
		b, err := json.Marshal(v)
		return string(b), err
	},
	"toLower":   strings.ToLower,
	"toUpper":   strings.ToUpper,
	"trimSpace": strings.TrimSpace,
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(111)
	}
	var b bytes.Buffer
	t, err := template.New("").Funcs(functions).Parse(string(text))
	if err == nil {
		err = t.Execute(&b, nil)
	}
	if err == nil {
		err = os.WriteFile(os.Args[2], b.Bytes(), 0644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(14)
	}
}
