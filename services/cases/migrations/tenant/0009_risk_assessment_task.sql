-- A type of incident can ask for a risk assessment: a task that only the assessment's reference completes.
ALTER TABLE tasks DROP CONSTRAINT tasks_kind_check;
ALTER TABLE tasks ADD CONSTRAINT tasks_kind_check CHECK (kind IN (
    'call_out_report', 'recontact', 'own', 'assign_holder', 'referral', 'new_pv', 'new_address', 'decide_contact',
    'risk_assessment', 'risk_review', 'bad_news', 'confirm_bad_news', 'home_ban_inform', 'home_ban_hearing',
    'home_ban_end'));
