package scheduler

import (
	"fmt"
	"slices"
)

// An Answer is one member's reply to "what should follow?".
type Answer string

// The answers.
const (
	AnswerKeep    Answer = "keep"
	AnswerRarer   Answer = "rarer"
	AnswerOftener Answer = "oftener"
	AnswerStop    Answer = "stop"
)

// AllAnswers are those that there are, in the order in which members are offered them.
var AllAnswers = []Answer{AnswerKeep, AnswerRarer, AnswerOftener, AnswerStop}

// ParseAnswer reads keep, rarer, oftener or stop.
func ParseAnswer(s string) (Answer, error) {
	if a := Answer(s); slices.Contains(AllAnswers, a) {
		return a, nil
	}
	return "", fmt.Errorf("answer %q: want keep, rarer, oftener or stop", s)
}
