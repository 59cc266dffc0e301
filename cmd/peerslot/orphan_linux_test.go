package main

import (
	"os/exec"
	"syscall"
)

// endingWithTests returns the command such that its process ends with that of the tests,
// also where that is killed.
func endingWithTests(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}
