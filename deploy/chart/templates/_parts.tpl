{{- define "cci.labels" -}}
app.kubernetes.io/name: cci
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "cci.allLabels" -}}
{{ include "cci.labels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "cci.name" -}}
{{ printf "%s-%s" .root.Release.Name .component | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The image of a track. The canary's is another tag or digest of the same repository. */}}
{{- define "cci.image" -}}
{{- $of := ternary .root.Values.canary .root.Values.image (eq .track "canary") -}}
{{- if $of.digest -}}
{{ printf "%s@%s" .root.Values.image.repository $of.digest }}
{{- else -}}
{{ printf "%s:%s" .root.Values.image.repository (required (printf "set a tag or a digest of the %s image" .track) $of.tag) }}
{{- end -}}
{{- end }}

{{/* Settings, then secrets. Inline rather than in a ConfigMap: a hook runs before the release's own objects are there. */}}
{{- define "cci.environment" -}}
env:
{{- range $name, $value := .root.Values.settings }}
  {{- if $value }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
{{- end }}
envFrom:
  - secretRef:
      name: {{ .root.Values.secrets.common }}
  - secretRef:
      name: {{ .secret }}
{{- end }}

{{/* One container of the image: an ordinary user, nothing written but /tmp and the claim. */}}
{{- define "cci.container" -}}
image: {{ include "cci.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{ include "cci.environment" . }}
resources:
  {{- toYaml .resources | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- if .root.Values.files.existingClaim }}
  - name: files
    mountPath: /data
  {{- end }}
{{- end }}

{{- define "cci.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 1Gi
  {{- if .root.Values.files.existingClaim }}
  - name: files
    persistentVolumeClaim:
      claimName: {{ .root.Values.files.existingClaim }}
  {{- end }}
{{- end }}

{{/* Apart from each other where there is room for it. */}}
{{- define "cci.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "cci.labels" . | nindent 8 }}
{{- end }}

{{- define "cci.autoscaler" -}}
{{- with .scaling }}
{{- if .enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "cci.name" $ }}
  labels:
    {{- include "cci.allLabels" $ | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "cci.name" $ }}
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .cpu }}
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 300
{{- end }}
{{- end }}
{{- end }}

{{- define "cci.disruption" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "cci.name" . }}
  labels:
    {{- include "cci.allLabels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "cci.labels" . | nindent 6 }}
{{- end }}
