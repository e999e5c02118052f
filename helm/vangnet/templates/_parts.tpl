{{- define "vangnet.labels" -}}
app.kubernetes.io/part-of: vangnet
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{ include "vangnet.selector" . }}
{{- end -}}

{{- define "vangnet.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{- define "vangnet.image" -}}
{{ with .root.Values.image.registry }}{{ . }}/{{ end }}vangnet/{{ .name }}:{{ .root.Values.image.tag }}
{{- end -}}

{{- define "vangnet.secretVariable" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.secret }}
      key: {{ .key }}
{{- end -}}

{{- define "vangnet.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "vangnet.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
