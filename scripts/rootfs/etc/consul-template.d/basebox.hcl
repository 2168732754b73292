# What is better than the original's defaults, and so only set here: a store
# that is away for long does not end the renderer, and TERM ends it without a
# child, too.
consul {
  retry {
    attempts = 0
  }
}
vault {
  retry {
    attempts = 0
  }
}
nomad {
  retry {
    attempts = 0
  }
}
term_without_child = true
