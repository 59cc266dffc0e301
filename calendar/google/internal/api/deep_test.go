package api

import (
	"strings"
	"testing"
)

func TestDeepNestingIsRefused(t *testing.T) {
	err := decode(strings.NewReader(strings.Repeat("[", 10<<20)), &FreeBusy{})
	if err == nil {
		t.Error("it is read")
	}
}
