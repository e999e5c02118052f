-- A referral that waits for an answer too long is followed up; somebody outside asked after a client, who wants to hear it.
ALTER TABLE tasks DROP CONSTRAINT tasks_kind_check;
ALTER TABLE tasks ADD CONSTRAINT tasks_kind_check CHECK (kind IN (
    'call_out_report', 'recontact', 'own', 'assign_holder', 'referral', 'new_pv', 'new_address', 'decide_contact',
    'risk_assessment', 'risk_review', 'bad_news', 'confirm_bad_news', 'home_ban_inform', 'home_ban_hearing',
    'home_ban_end', 'tell_client', 'referral_follow_up'));
