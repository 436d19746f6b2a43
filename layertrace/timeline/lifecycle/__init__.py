"""The language of lifecycle expressions, such as `init build(variable*) call+`."""
