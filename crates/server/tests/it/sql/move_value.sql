update instance_value set sealed = (select other.sealed from instance_value as other where other.field = 'base.url')
where field = 'token'
