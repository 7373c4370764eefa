module github.com/seed-5dd601fe/sprawl

go 1.26
