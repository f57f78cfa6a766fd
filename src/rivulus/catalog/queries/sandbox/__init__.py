"""SQL that anybody may ask of the published tables: in a process of its own, which reads their files and nothing else."""
