package console

import "context"

// A Pace says when the next call of an account may be made.
type Pace interface {
	Wait(ctx context.Context) error
}
